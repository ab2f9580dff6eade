// Command kith is the safeguarding workspace of a district: the server, its invented district, and the operator's tools.
package main

import (
	"os"

	"kith/internal/app"
)

// version is set by the build.
var version = "unversioned"

func main() { os.Exit(app.Main(os.Args[1:], version, os.Stdout, os.Stderr)) }
