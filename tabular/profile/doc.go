// Package profile tells what a table holds, column by column, from one reading of its rows: the kinds of its cells, blanks, distinct
// values, the longest text, the first rows, and what is wrong with which of them.
//
// It is what peek shows. Nothing is guessed from it: a column of texts that look like dates is a column of texts.
//
// Memory does not grow with the number of rows: of each column at most 4,096 hashes and a shortened example are kept, of many columns fewer.
package profile
