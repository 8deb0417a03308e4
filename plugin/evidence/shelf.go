package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// shelf keeps material on disk, one file an image. What is read back is verified like what a registry sends; only the
// time of a file's content is believed, so nobody else may write there.
type shelf struct {
	dir   string
	limit int
}

const shelfSuffix = ".evidence.json"

// openShelf makes the directory if need be, and clears away what is too old to be believed.
func openShelf(dir string, limit int, hard time.Duration, now time.Time) (*shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make evidence directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("look at evidence directory: %w", err)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("evidence directory %s may be written by others; want mode 0700", dir)
	}
	s := &shelf{dir: dir, limit: limit}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if now.Sub(file.ModTime()) > hard {
			if err := os.Remove(filepath.Join(dir, file.Name())); err != nil {
				return nil, fmt.Errorf("clear evidence directory: %w", err)
			}
		}
	}
	return s, nil
}

// files lists the shelf, oldest first.
func (s *shelf) files() ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("read evidence directory: %w", err)
	}
	var files []fs.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && strings.HasSuffix(entry.Name(), shelfSuffix) {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	return files, nil
}

func (s *shelf) path(w wanted) string {
	name := sha256.Sum256(fmt.Appendf(nil, "%q", w))
	return filepath.Join(s.dir, hex.EncodeToString(name[:])+shelfSuffix)
}

// put replaces what lies there in one step. What the registry does not have, and what nobody has signed, is not kept: it
// admits nothing while the registry is down.
func (s *shelf) put(m *Material) error {
	path := s.path(wanted{m.Repository, m.Digest, m.Platform})
	if !m.Present || len(m.Documents) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop evidence: %w", err)
		}
		return nil
	}
	if err := s.room(path); err != nil {
		return err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	file, err := os.CreateTemp(s.dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

// room drops the oldest file when the shelf is full.
func (s *shelf) room(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	files, err := s.files()
	if err != nil {
		return err
	}
	for i := 0; i <= len(files)-s.limit; i++ {
		if err := os.Remove(filepath.Join(s.dir, files[i].Name())); err != nil {
			return fmt.Errorf("make room for evidence: %w", err)
		}
	}
	return nil
}

// get reads back what was put; nil when there is nothing. A file that says it is about something else is nothing.
func (s *shelf) get(w wanted) (*Material, error) {
	data, err := os.ReadFile(s.path(w))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read evidence: %w", err)
	}
	var m Material
	if err := one(data, &m); err != nil {
		return nil, fmt.Errorf("read evidence: a file that %w", err)
	}
	if (wanted{m.Repository, m.Digest, m.Platform}) != w {
		return nil, errors.New("read evidence: a file about another image")
	}
	return &m, nil
}
