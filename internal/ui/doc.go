// Package ui is how a person watches a run: one progress bar with rate and time left on a terminal, a plain line every few seconds
// anywhere else (a log full of bar frames helps nobody).
package ui
