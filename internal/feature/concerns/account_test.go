package concerns_test

import (
	"testing/fstest"

	"kith/internal/platform/store"
)

// accountTable is as much of the table of accounts as the rota's query reads.
var accountTable = store.Slice{Name: "account", Files: fstest.MapFS{
	"migrations/20261123095959_account_test.sql": {Data: []byte("CREATE TABLE account (id TEXT PRIMARY KEY, district_id TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL) {{strict}};\n")},
}}
