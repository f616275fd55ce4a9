package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v4"
)

// runDocumentedSchedule runs what docs/scheduling.md has for one of its schedulers, with what that scheduler gives to a process and nothing else:
// scheduled cron, systemd, github or kubernetes. The directories of the page are those of the script.
func runDocumentedSchedule(ts *testscript.TestScript, _ bool, args []string) {
	page := ts.ReadFile(filepath.Join(ts.Getenv("ROOT"), "docs/scheduling.md"))
	ts.Check(os.WriteFile(ts.MkAbs("key"), []byte(ts.Getenv("ATTIO_API_KEY")+"\n"), 0o600))
	here := strings.NewReplacer(
		"/srv/attio", ts.MkAbs("."), "/usr/local/bin/attio-etl", "attio-etl", "/jobs/", ts.MkAbs(".")+"/", "/state", ts.MkAbs("state"), "${CREDENTIALS_DIRECTORY}", ts.MkAbs("."),
	)
	var cmd *exec.Cmd
	switch args[0] {
	case "cron":
		fields := strings.SplitN(block(ts, page, "cron", ""), " ", 6)
		if schedule := strings.Join(fields[:5], " "); !regexp.MustCompile(`^\d{1,2} \d{1,2} \* \* \*$`).MatchString(schedule) || strings.Contains(fields[5], "%") {
			ts.Fatalf("%q is no daily line of a crontab", fields)
		}
		cmd = exec.Command("/bin/sh", "-c", here.Replace(strings.TrimSpace(fields[5])))
		cmd.Dir = "/"
	case "systemd":
		unit := block(ts, page, "systemd", "ini")
		cmd = exec.Command("/bin/sh", "-c", here.Replace(setting(ts, unit, "ExecStart")))
		cmd.Dir = here.Replace(setting(ts, unit, "WorkingDirectory"))
		name, _, _ := strings.Cut(setting(ts, unit, "Environment"), "=")
		cmd.Env = append(cmd.Env, name+"="+ts.MkAbs("state"))
	case "github":
		var workflow struct {
			On   struct{ Schedule []struct{ Cron string } }
			Jobs map[string]struct {
				Steps []struct {
					Run string
					Env map[string]string
				}
			}
		}
		ts.Check(yaml.Unmarshal([]byte(block(ts, page, "GitHub Actions", "yaml")), &workflow))
		for _, step := range workflow.Jobs["export"].Steps {
			if step.Run != "" && step.Env["ATTIO_API_KEY"] == "${{ secrets.ATTIO_API_KEY }}" && len(workflow.On.Schedule) == 1 {
				cmd = exec.Command("/bin/sh", "-e", "-c", step.Run)
			}
		}
		cmd.Dir = ts.MkAbs(".")
		cmd.Env = append(cmd.Env, "ATTIO_API_KEY="+ts.Getenv("ATTIO_API_KEY"))
	case "kubernetes":
		var job struct {
			Kind string
			Spec struct {
				JobTemplate struct {
					Spec struct {
						Template struct {
							Spec struct{ Containers []struct{ Args []string } }
						}
					}
				} `yaml:"jobTemplate"`
			}
		}
		ts.Check(yaml.Unmarshal([]byte(block(ts, page, "Kubernetes", "yaml")), &job))
		var words []string
		for _, word := range job.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Args {
			words = append(words, here.Replace(word))
		}
		program, err := exec.LookPath("attio-etl")
		ts.Check(err)
		cmd = exec.Command(program, words...)
		cmd.Dir = "/"
		cmd.Env = append(cmd.Env, "ATTIO_API_KEY="+ts.Getenv("ATTIO_API_KEY"))
	}
	cmd.Env = append(cmd.Env, "PATH="+ts.Getenv("PATH"), "HOME="+ts.MkAbs("."), "ATTIO_ETL_BASE_URL="+ts.Getenv("ATTIO_ETL_BASE_URL"))
	out, err := cmd.CombinedOutput()
	ts.Logf("%s\n%s", cmd, out)
	ts.Check(err)
}

// block is the first block of code of a language under a heading of a page.
func block(ts *testscript.TestScript, page, heading, language string) string {
	_, rest, found := strings.Cut(page, "\n## "+heading+"\n")
	_, rest, opened := strings.Cut(rest, "\n```"+language+"\n")
	code, _, closed := strings.Cut(rest, "\n```")
	if !found || !opened || !closed {
		ts.Fatalf("the page has no %s under %s", language, heading)
	}
	return code
}

// setting is the value of a key of a unit.
func setting(ts *testscript.TestScript, unit, key string) string {
	_, rest, found := strings.Cut(unit, "\n"+key+"=")
	value, _, _ := strings.Cut(rest, "\n")
	if !found {
		ts.Fatalf("the unit has no %s", key)
	}
	return value
}
