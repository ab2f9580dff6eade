package store_test

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/adiantum"
)

// The tests of this package run on a disk that can fail: the encrypting file system, registered anew over one that counts
// flushes and answers with errors where a test asks for them. Everything above it is the program's own.
func init() { vfs.Register("adiantum", adiantum.Wrap(disk{vfs.Find("")}, nil)) }

// faults are what the disk does to one database and its log.
type faults struct {
	syncs     atomic.Int64 // flushes of the log asked for so far
	failSyncs atomic.Int64 // how many of the next flushes of the log fail with an I/O error
	failWrite atomic.Bool  // writes to the log fail with an I/O error
	quota     atomic.Int64 // the log may not grow beyond this many bytes; 0 is no limit
}

var disks sync.Map // database path -> *faults

// diskOf returns the disk under the database.
func diskOf(path string) *faults {
	f, _ := disks.LoadOrStore(path, new(faults))
	return f.(*faults)
}

type disk struct{ vfs.VFS }

func (d disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(d.VFS, name, flags)
	if err != nil || name == nil {
		return f, flags, err
	}
	path, log := strings.CutSuffix(name.String(), "-wal")
	return &diskFile{f, diskOf(path), log}, flags, nil
}

type diskFile struct {
	vfs.File
	*faults
	log bool
}

func (f *diskFile) Unwrap() vfs.File                { return f.File }
func (f *diskFile) SharedMemory() vfs.SharedMemory  { return vfsutil.WrapSharedMemory(f.File) }
func (f *diskFile) LockState() vfs.LockLevel        { return vfsutil.WrapLockState(f.File) }
func (f *diskFile) HasMoved() (bool, error)         { return vfsutil.WrapHasMoved(f.File) }
func (f *diskFile) SizeHint(size int64) error       { return vfsutil.WrapSizeHint(f.File, size) }
func (f *diskFile) BusyHandler(handler func() bool) { vfsutil.WrapBusyHandler(f.File, handler) }

func (f *diskFile) Sync(flags vfs.SyncFlag) error {
	if f.log {
		f.syncs.Add(1)
		if f.failSyncs.Load() > 0 {
			f.failSyncs.Add(-1)
			return sqlite3.IOERR_FSYNC
		}
	}
	return f.File.Sync(flags)
}

func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	if f.log {
		if f.failWrite.Load() {
			return 0, sqlite3.IOERR_WRITE
		}
		if q := f.quota.Load(); q > 0 && off+int64(len(p)) > q {
			return 0, sqlite3.FULL // what the real file system makes of ENOSPC
		}
	}
	return f.File.WriteAt(p, off)
}
