package ui

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// lineEvery is how often a plain progress line is written.
const lineEvery = 5 * time.Second

// Progress shows how far a run is. It is safe for concurrent use.
type Progress struct {
	w     io.Writer
	what  string
	total int64
	bar   *progressbar.ProgressBar // nil: plain lines

	mu       sync.Mutex
	start    time.Time
	done     int64
	baseline int64 // done before this session: no part of its rate
	last     time.Time
	ended    bool
}

// Options is where and how progress is shown.
type Options struct {
	Writer   io.Writer // standard error
	Terminal bool      // draw a bar; else write lines
	Color    bool
	What     string // what is being done: "import companies"
	Total    int64  // rows; -1: nobody knows
	Done     int64  // rows done by earlier sessions
}

// NewProgress starts to show progress. The caller ends it with Close.
func NewProgress(o Options) *Progress {
	now := time.Now()
	p := &Progress{w: o.Writer, what: o.What, total: o.Total, start: now, last: now, done: o.Done, baseline: o.Done}
	if o.Terminal {
		p.bar = progressbar.NewOptions64(o.Total,
			progressbar.OptionSetWriter(o.Writer),
			progressbar.OptionSetDescription(o.What),
			progressbar.OptionSetPredictTime(false), // its estimate counts resumed rows as this session's
			progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(24),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionEnableColorCodes(o.Color),
			progressbar.OptionClearOnFinish(),
		)
		p.draw()
	}
	return p
}

// Set tells how many rows are done, those of earlier sessions included.
func (p *Progress) Set(done, baseline int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.done, p.baseline = done, baseline
	if p.bar != nil {
		p.draw()
		return
	}
	if now := time.Now(); now.Sub(p.last) >= lineEvery {
		p.last = now
		of := ""
		if p.total >= 0 {
			of = fmt.Sprintf(" of %d", p.total)
		}
		fmt.Fprintf(p.w, "%s: %d%s rows%s\n", p.what, p.done, of, p.pace())
	}
}

// draw shows the bar as it is. An error of the terminal must not end a run: the bar is decoration.
func (p *Progress) draw() {
	p.bar.Describe(p.what + p.pace())
	at := p.done
	if p.total >= 0 {
		at = min(at, p.total)
	}
	_ = p.bar.Set64(at)
}

// pace is the rate and the time left, as far as they are known.
func (p *Progress) pace() string {
	elapsed := time.Since(p.start).Seconds()
	fresh := p.done - p.baseline
	if elapsed < 1 || fresh <= 0 {
		return ""
	}
	rate := float64(fresh) / elapsed
	if p.total < 0 {
		return fmt.Sprintf(", %.1f/s", rate)
	}
	left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second))
	return fmt.Sprintf(", %.1f/s, %s left", rate, Duration(left))
}

// Close takes the bar off the terminal.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	if p.bar != nil {
		_ = p.bar.Clear() // decoration, as above
	}
}

// Duration is a duration as a person says it: two units at most.
func Duration(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}
