package store

// Waiting is how many closures wait for the writer.
func (db *DB) Waiting() int { return len(db.writer.queue) }

// ClosureLimit is how long one closure's statements may take.
const ClosureLimit = closureLimit
