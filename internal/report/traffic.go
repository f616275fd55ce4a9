package report

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// The charts of requests, in units of their view box.
const (
	plotWidth     = 960
	plotLeft      = 56 // of the numbers beside it
	plotRight     = 8
	plotTop       = 22 // of the numbers of the sessions
	plotBottom    = 30 // of the times below it
	rateHeight    = 240
	troubleHeight = 130

	maxColumns   = 320 // about three units each
	maxTableRows = 24
)

// interval is what was sent in one stretch of working time.
type interval struct {
	At      time.Duration // working time before it
	Session int           // from 1
	Requests
	Width time.Duration
}

// Rate is the requests per second.
func (i interval) Rate() float64 { return float64(i.Sent()) / i.Width.Seconds() }

// timeline lays the sessions end to end, in at most so many intervals of one width and what sessions end with: what lies between sessions is no part of it.
func timeline(sessions []Session, most int) []interval {
	width := time.Second
	for _, s := range sessions {
		if len(s.Traffic.Counts) > 0 {
			width = max(width, s.Traffic.width())
		}
	}
	for ; ; width *= 2 {
		all := laid(sessions, width)
		// A session has one interval at least, however many there are.
		if len(all) <= max(most, len(sessions)) {
			return all
		}
	}
}

// laid is the timeline with intervals of one width; the last of a session is shorter where the session is.
func laid(sessions []Session, width time.Duration) []interval {
	var all []interval
	at := time.Duration(0)
	for n, s := range sessions {
		length := time.Duration(len(s.Traffic.Counts)) * s.Traffic.width()
		last := time.Duration(-1)
		for i, c := range s.Traffic.Counts {
			from := (time.Duration(i) * s.Traffic.width()).Truncate(width)
			if from != last {
				all, last = append(all, interval{At: at + from, Session: n + 1, Width: min(width, length-from)}), from
			}
			into := &all[len(all)-1]
			into.Requests = into.Add(c)
		}
		at += length
	}
	return all
}

// plot is a chart of two series, one upon the other, over working time.
type plot struct {
	Width, Height int
	Left, Right   int
	Top, Base     int
	Series        []series
	Ticks         []tick // of the numbers
	Times         []tick
	Sessions      []tick // where each begins, from the second on; none where there is one
	Title         string
}

type series struct{ Class, Path string }

type tick struct {
	At    float64
	Label string
	Last  bool // the label stands left of the tick
}

// plotted draws two series; both give the values of an interval from below.
func plotted(all []interval, height int, classes [2]string, of func(interval) [2]float64) plot {
	p := plot{Width: plotWidth, Height: height, Left: plotLeft, Right: plotWidth - plotRight, Top: plotTop, Base: height - plotBottom}
	if len(all) == 0 {
		return p
	}
	highest := 0.0
	for _, i := range all {
		v := of(i)
		highest = max(highest, v[0]+v[1])
	}
	step := niceStep(highest)
	top := step * math.Ceil(highest/step)
	span := all[len(all)-1].At + all[len(all)-1].Width
	x := func(d time.Duration) float64 { return plotLeft + float64(p.Right-plotLeft)*float64(d)/float64(span) }
	y := func(v float64) float64 { return float64(p.Base) - float64(p.Base-plotTop)*v/top }
	for at, class := range classes {
		var path strings.Builder
		for _, i := range all {
			v := of(i)
			from, to := 0.0, v[0]
			if at == 1 {
				from, to = v[0], v[0]+v[1]
			}
			if to > from {
				fmt.Fprintf(&path, "M%.1f %.1fV%.1fH%.1fV%.1fZ", x(i.At), y(from), y(to), x(i.At+i.Width), y(from))
			}
		}
		p.Series = append(p.Series, series{Class: class, Path: path.String()})
	}
	for v := 0.0; v <= top+step/2; v += step {
		p.Ticks = append(p.Ticks, tick{At: y(v), Label: short(v)})
	}
	for d, every := time.Duration(0), niceDuration(span); d <= span; d += every {
		p.Times = append(p.Times, tick{At: x(d), Label: duration(d), Last: span-d < every/4})
	}
	for i := 1; i < len(all); i++ {
		if all[i].Session != all[i-1].Session {
			p.Sessions = append(p.Sessions, tick{At: x(all[i].At), Label: fmt.Sprintf("session %d", all[i].Session), Last: float64(p.Right)-x(all[i].At) < 80})
		}
	}
	return p
}

// niceStep is a step of 1, 2 or 5 and zeros, of which about four make the height.
func niceStep(highest float64) float64 {
	if highest <= 0 {
		return 1
	}
	size := math.Pow(10, math.Floor(math.Log10(highest/4)))
	for _, m := range []float64{1, 2, 5} {
		if m*size >= highest/4 {
			return m * size
		}
	}
	return 10 * size
}

// niceDuration is a step of time, of which at most eight make the span.
func niceDuration(span time.Duration) time.Duration {
	for _, d := range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if span <= 8*d {
			return d
		}
	}
	const day = 24 * time.Hour
	return span.Truncate(8*day)/8 + day
}
