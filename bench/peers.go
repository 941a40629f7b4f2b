package main

// peers are the other libraries, in the order of the table.
var peers []*peer
