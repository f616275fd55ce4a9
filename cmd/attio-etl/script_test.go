package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"attio-etl/checkpoint"
	"attio-etl/crm"
	"attio-etl/importer"
	"attio-etl/sandbox"
)

// The scripts run the real program in processes of its own: this test binary under the program's name. dying-attio-etl is the same
// program, except that it kills or interrupts itself at the moment that DIE names.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"attio-etl":       main,
		"dying-attio-etl": mainThatDies,
	})
}

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestScripts(t *testing.T) { runScripts(t, sandbox.Current, scriptFiles(t)) }

// onlyCurrent are the scripts that are not run in the reference contract, and why.
var onlyCurrent = map[string]string{
	"export-roundtrip": "it writes amounts and other types that the reference contract cannot write",
	"export-kill":      "kills around files and state, which no contract touches",
	"export-steps":     "follows a reference; the reference contract does not tell what it points to",
	"export-comments":  "the reference contract has neither comments nor members nor options",
	"export-unspoken":  "chooses the contract itself",
	"export-scopes":    "is about scopes, which the reference contract does not tell",
	"export-sorts":     "follows a reference; the reference contract does not tell what it points to",
	"all-faults":       "a valid token is refused; in the reference contract nothing tells that from a dead one",
	"contracts":        "chooses contracts itself",
	"doctor":           "shows the contract, the workspace's name and scopes",
	"policies":         "creates, leaves out and rejects options that do not exist; the reference contract lists none",
	"rejects":          "rejects an option that does not exist",
	"steps-rejects":    "rejects an option that does not exist",
	"in-order-rejects": "rejects an option that does not exist",
	"both-ends":        "is about relationships, of which the reference contract tells nothing",
	"story":            "puts values on entries and writes amounts, which the reference contract cannot",
	"targets":          "lists entries, which the reference contract does not by record and without attributes",
	"undo-targets":     "has entries with attributes, which lists of the reference contract lack",
	"kill-entries":     "has entries with attributes, which lists of the reference contract lack",
	"compressed":       "is about files",
	"locations":        "is about files",
	"several-files":    "is about files",
	"proxy":            "is about the way to the server",
	"shared-limit":     "is about the time between requests, whatever is in them",
	"kill-twice":       "kills where kill-after-reply and kill-before-journal do",
}

// TestScriptsOfReference runs all other scripts that start a sandbox against one that speaks the reference contract.
func TestScriptsOfReference(t *testing.T) {
	runScripts(t, sandbox.Reference, slices.DeleteFunc(scriptFiles(t), func(file string) bool {
		script, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, excused := onlyCurrent[strings.TrimSuffix(filepath.Base(file), ".txtar")]
		return excused || !bytes.Contains(script, []byte("\nsandbox "))
	}))
}

func scriptFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	return files
}

// runScripts runs scripts whose sandboxes speak a contract, unless they ask for another.
func runScripts(t *testing.T, contract sandbox.Contract, files []string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			root, err := filepath.Abs("../..")
			if err != nil {
				return err
			}
			running := &sandboxProcess{}
			e.Values[sandboxKey{}] = running
			e.Values[receiverKey{}] = &receiver{}
			e.Defer(running.stop)
			e.Setenv("ROOT", root)
			e.Setenv("CONTRACT", string(contract))
			e.Setenv("ATTIO_API_KEY", strings.Repeat("k", 64))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "cloud" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return buckets() != nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox":    startSandbox,
			"companies":  writeCompanies,
			"receiver":   startReceiver,
			"received":   expectMessage,
			"scheduled":  runDocumentedSchedule,
			"killed":     runUntilKilled,
			"holds":      sandboxHolds,
			"exits":      runAndExpect,
			"locked":     holdLock,
			"oldest":     setOldestRun,
			"newest":     setNewestRun,
			"attribute":  makeAttribute,
			"number":     recordHolds,
			"packed":     packFile,
			"cut":        cutFile,
			"typed":      writeTyped,
			"within":     sandboxWithin,
			"tokenless":  tokenNowhere,
			"proxied":    startProxy,
			"migration":  writeMigration,
			"migrated":   sandboxIsMigrated,
			"changed":    changeSandbox,
			"lines":      countLines,
			"pipeline":   makePipeline,
			"activity":   makeActivity,
			"list":       makeList,
			"entry":      putEntry,
			"several":    writeSeveral,
			"crm":        writeExport,
			"mend":       mendFile,
			"state":      stateOfSandbox,
			"hasseveral": sandboxHasSeveral,
		},
	})
}

// mainThatDies is main with a moment of death: DIE=MOMENT:N, where the N-th time that the moment comes counts.
func mainThatDies() {
	moment, count, _ := strings.Cut(os.Getenv("DIE"), ":")
	n, err := strconv.Atoi(count)
	if err != nil {
		fmt.Fprintln(os.Stderr, "DIE=MOMENT:N is missing")
		os.Exit(1)
	}
	interrupts := make(chan os.Signal, 2)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	fate := &fate{moment: moment, left: n} // of all steps together
	os.Exit(int(run(env{
		args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, lookup: os.LookupEnv, interrupts: interrupts, moment: fate.reach,
		wrap: func(r importer.Records, j importer.Journal) (importer.Records, importer.Journal) {
			return dyingRecords{r, fate}, dyingJournal{j, fate}
		},
		wrapUndo: func(j importer.Journal) importer.Journal { return dyingJournal{j, fate} },
	})))
}

// fate ends the process when its moment has come often enough.
type fate struct {
	moment string
	mu     sync.Mutex
	left   int
}

func (f *fate) reach(moment string) {
	if moment != f.moment {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left--
	if f.left != 0 {
		return
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		panic(err)
	}
	if strings.HasPrefix(f.moment, "interrupt") {
		err = self.Signal(os.Interrupt)
	} else {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
}

type dyingRecords struct {
	importer.Records
	fate *fate
}

func (d dyingRecords) AssertRecord(ctx context.Context, object, match string, fields []crm.Field) (crm.Record, error) {
	d.fate.reach("before-request")
	d.fate.reach("interrupt")
	record, err := d.Records.AssertRecord(ctx, object, match, fields)
	d.fate.reach("after-reply")
	return record, err
}

func (d dyingRecords) CreateRecord(ctx context.Context, object string, fields []crm.Field) (crm.Record, error) {
	d.fate.reach("before-request")
	d.fate.reach("interrupt")
	record, err := d.Records.CreateRecord(ctx, object, fields)
	d.fate.reach("after-reply")
	return record, err
}

func (d dyingRecords) PutRecord(ctx context.Context, object, id string, fields []crm.Field) (crm.Record, error) {
	d.fate.reach("before-request")
	d.fate.reach("interrupt")
	record, err := d.Records.PutRecord(ctx, object, id, fields)
	d.fate.reach("after-reply")
	return record, err
}

// GetRecord is how a row begins in the deferred pass.
func (d dyingRecords) GetRecord(ctx context.Context, object, id string) (crm.Record, error) {
	d.fate.reach("deferred")
	d.fate.reach("interrupt-deferred")
	return d.Records.GetRecord(ctx, object, id)
}

type dyingJournal struct {
	importer.Journal
	fate *fate
}

func (d dyingJournal) Append(ctx context.Context, entries []checkpoint.Entry) error {
	d.fate.reach("before-journal")
	err := d.Journal.Append(ctx, entries)
	d.fate.reach("after-journal")
	return err
}

// sandboxProcess is the sandbox of a script.
type sandboxProcess struct{ cmd *exec.Cmd }

type sandboxKey struct{}

// stop kills -9 the sandbox, if one runs, and waits until it is gone.
func (s *sandboxProcess) stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill() // it may have ended by itself
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// holdLock takes the lock on a job, as another process that runs it would, until the script ends: locked STATE JOB.
func holdLock(ts *testscript.TestScript, _ bool, args []string) {
	store, err := checkpoint.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	release, err := store.Lock(args[1], "somebody else")
	ts.Check(err)
	ts.Defer(func() { ts.Check(errors.Join(release(), store.Close())) })
}

// setOldestRun sets the variable OLDEST to the id of the first run of a state directory: oldest STATE.
func setOldestRun(ts *testscript.TestScript, _ bool, args []string) {
	store, err := checkpoint.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	runs, err := store.Runs(context.Background())
	ts.Check(errors.Join(err, store.Close()))
	ts.Setenv("OLDEST", runs[len(runs)-1].ID)
}

// setNewestRun puts the id of the newest run of a job, none that undoes another, into NEWEST: newest STATE JOB.
func setNewestRun(ts *testscript.TestScript, _ bool, args []string) {
	store, err := checkpoint.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	runs, err := store.Runs(context.Background())
	ts.Check(errors.Join(err, store.Close()))
	i := slices.IndexFunc(runs, func(r checkpoint.Run) bool { return r.Job == args[1] && r.Undoes == "" })
	ts.Setenv("NEWEST", runs[i].ID)
}

// startSandbox starts a sandbox in a process of its own and points the program at it: sandbox [FLAG...]. One that runs already is
// killed first. Against one that enforces no limit the program keeps none either: nothing is to be seen of it.
func startSandbox(ts *testscript.TestScript, neg bool, args []string) {
	if slices.Contains(args, "--rate=off") {
		ts.Setenv("ATTIO_ETL_RATE", "20000/s")
	}
	cmd := scriptCommand(ts, "attio-etl", append([]string{"sandbox", "--contract=" + ts.Getenv("CONTRACT")}, args...))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	running, ok := ts.Value(sandboxKey{}).(*sandboxProcess)
	if !ok {
		ts.Fatalf("the script was not set up")
	}
	running.stop()
	ts.Check(cmd.Start())
	running.cmd = cmd
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	_, rest, ok := strings.Cut(line, "sandbox on ")
	url, _, ok2 := strings.Cut(rest, ";")
	if !ok || !ok2 {
		ts.Fatalf("the sandbox printed %q", line)
	}
	ts.Setenv("ATTIO_ETL_BASE_URL", url)
}

// scriptCommand is a process in the script's directory and environment, with the file that STDIN names as its standard input.
func scriptCommand(ts *testscript.TestScript, name string, args []string) *exec.Cmd {
	path, err := exec.LookPath(name)
	ts.Check(err)
	cmd := exec.Command(path, args...)
	cmd.Dir = ts.MkAbs(".")
	if input := ts.Getenv("STDIN"); input != "" {
		file, err := os.Open(ts.MkAbs(input))
		ts.Check(err)
		ts.Defer(func() { ts.Check(file.Close()) })
		cmd.Stdin = file
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "ATTIO_API_KEY", "ATTIO_ETL_BASE_URL", "ATTIO_ETL_RATE", "DIE"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// runUntilKilled runs the program and requires that it dies by SIGKILL: killed MOMENT N ARG... where MOMENT is a moment of
// dying-attio-etl, or "arrivals": killed from outside as soon as N requests have reached the sandbox.
func runUntilKilled(ts *testscript.TestScript, neg bool, args []string) {
	moment, count, args := args[0], args[1], args[2:]
	name := "dying-attio-etl"
	if moment == "arrivals" {
		name = "attio-etl"
	}
	ts.Setenv("DIE", moment+":"+count)
	cmd := scriptCommand(ts, name, args)
	ts.Setenv("DIE", "")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	n, err := strconv.ParseInt(count, 10, 64)
	ts.Check(err)
	before := int64(0)
	if moment == "arrivals" {
		before = arrivals(ts)
	}
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if moment == "arrivals" {
		for arrivals(ts) < before+n && len(ended) == 0 {
		}
		_ = cmd.Process.Kill() // whether it was in time is checked below
	}
	err = <-ended
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != -1 {
		ts.Fatalf("%s %s: not killed but ended with %v\n%s", moment, count, err, out.String())
	}
}

// runAndExpect runs the program and requires an exit code: exits CODE ARG...
func runAndExpect(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	name := "attio-etl"
	if ts.Getenv("DIE") != "" {
		name = "dying-attio-etl"
	}
	err = ts.Exec(name, args[1:]...)
	code := 0
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}
