// Package report shows a run as one page of HTML that needs nothing but itself: no script, no font, no picture from elsewhere. It may be mailed,
// printed and kept. What it shows is handed to it; it reads no store and no clock.
package report
