// Package pace keeps requests inside the API's limits and repeats those that may be repeated: one http.RoundTripper under the
// client, so that nothing above it ever sees a limit, a 429 or a passing fault.
//
// One Transport stands for one token. Every attempt takes a permit from its governor immediately before it is sent; the
// governor spaces the permits evenly (a pacer per budget), holds an exact sliding window over the sends (a window per budget),
// keeps a safety margin that grows with every 429 and shrinks again in quiet, and freezes everyone while the server asks for
// it. What becomes of a failed attempt is decided by one pure function, policy.decide.
//
// # What can be kept
//
// A server that counts sliding windows counts arrivals, which no client controls: eleven requests spaced T leave over 10T and
// arrive over 10T - J when the way to the server was J shorter for the last than for the first. A margin m makes 10T = 1+m
// seconds, so it bears J = m seconds. Simulated against such a server (16 workers, 10/s and 600/min, processing 20 to 400 ms,
// one-way delay 40 ms plus an exponential jitter of the mean given; TestJitterTable prints the table):
//
//	mode      mean jitter   use      429
//	adaptive   0 ms         99.0 %   none
//	adaptive   1 ms         99.0 %   none
//	adaptive   2 ms         97.7 %   0.02 %
//	adaptive   5 ms         95.4 %   0.07 %
//	adaptive  10 ms         91.8 %   0.08 %
//	adaptive  20 ms         87.4 %   0.15 %
//	adaptive  50 ms         79.3 %   0.28 %
//	strict     0 ms         75.7 %   none
//	strict    50 ms         70.3 %   none
//
// Those are means over 540 s, the learning included; over 1800 s the share of 429 is less than half of that. Strict mode keeps
// every request in the window until its reply is here, so what it uses falls with the time to the reply: about 1/(1 + that time in
// seconds).
package pace
