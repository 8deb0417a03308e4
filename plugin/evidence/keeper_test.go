package evidence_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/plugin/keyring"
	"github.com/airlock-gate/airlock/plugin/view"
	"github.com/airlock-gate/airlock/test/producer"
)

// source answers what it is told to, when it is told to. It stands in for a registry, whose clock tests cannot turn.
type source struct {
	mu       sync.Mutex
	material *evidence.Material
	err      error
	takes    time.Duration
	asked    atomic.Int64
}

func (s *source) set(m *evidence.Material, err error, takes time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.material, s.err, s.takes = m, err, takes
}

func (s *source) Collect(ctx context.Context, repository, digest, platform string) (*evidence.Material, error) {
	s.asked.Add(1)
	s.mu.Lock()
	m, err, takes := s.material, s.err, s.takes
	s.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	copied := *m
	copied.Repository, copied.Digest, copied.Platform, copied.Fetched = repository, digest, platform, time.Now().UTC()
	return &copied, nil
}

func conforming(t testing.TB, s *site) *evidence.Material {
	t.Helper()
	return &evidence.Material{
		Present: true, MediaType: "application/vnd.oci.image.manifest.v1+json",
		Documents: []evidence.Document{
			bundled(t, s.release, producer.SignStatement(asked)), bundled(t, s.scanner, scanOf(asked, time.Now())),
		},
	}
}

func keeper(t testing.TB, from evidence.Source, dir string) *evidence.Keeper {
	t.Helper()
	k, err := evidence.NewKeeper(evidence.KeeperOptions{Source: from, Dir: dir, Report: func(err error) { t.Log(err) }})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const repository = "registry.internal/openclaw/worker"

func lookUp(t testing.TB, k *evidence.Keeper, ring *keyring.Ring) *view.Evidence {
	t.Helper()
	return k.LookUp(t.Context(), ring, repository, asked, "linux/amd64")
}

// TestAgesOfAnAnswer walks one image through a day: asked once, remembered, asked again, believed while the registry is
// down, and not beyond that.
func TestAgesOfAnAnswer(t *testing.T) {
	s := newSite(t)
	synctest.Test(t, func(t *testing.T) {
		from := &source{}
		from.set(conforming(t, s), nil, time.Millisecond)
		k := keeper(t, from, "")
		expect := func(what, origin, why string, asked int64) {
			t.Helper()
			e := lookUp(t, k, s.ring)
			if e.Origin != origin || e.Error != why || from.asked.Load() != asked {
				t.Errorf("%s: origin %q, error %q, registry asked %d times; want %q, %q, %d", what, e.Origin, e.Error, from.asked.Load(), origin, why, asked)
			}
			if believed := len(e.Signatures) == 1 && len(e.Scans) == 1; believed != (origin != "unreachable") {
				t.Errorf("%s: believed %v", what, believed)
			}
		}
		expect("first", "registry", "", 1)
		expect("again", "cache", "", 1)
		time.Sleep(9 * time.Minute)
		expect("before the soft age", "cache", "", 1)
		time.Sleep(2 * time.Minute)
		expect("after the soft age", "registry", "", 2)
		from.set(nil, errors.New("503"), time.Millisecond)
		time.Sleep(11 * time.Minute)
		expect("registry down", "stale", "answer", 3)
		expect("left alone", "stale", "answer", 3)
		time.Sleep(6 * time.Second)
		expect("tried again", "stale", "answer", 4)
		time.Sleep(6 * time.Second)
		expect("left alone for twice as long", "stale", "answer", 4)
		time.Sleep(24 * time.Hour)
		expect("past the hard age", "unreachable", "answer", 5)
		from.set(conforming(t, s), nil, time.Millisecond)
		time.Sleep(time.Minute)
		expect("registry back", "registry", "", 6)
	})
}

// TestNothingSignedIsAskedAgainSoon: a signature that comes a minute later must not wait for the soft age.
func TestNothingSignedIsAskedAgainSoon(t *testing.T) {
	s := newSite(t)
	synctest.Test(t, func(t *testing.T) {
		from := &source{}
		unsigned := conforming(t, s)
		unsigned.Documents = nil
		from.set(unsigned, nil, 0)
		k := keeper(t, from, "")
		if e := lookUp(t, k, s.ring); len(e.Signatures) != 0 {
			t.Fatalf("got %+v", e)
		}
		from.set(conforming(t, s), nil, 0)
		if e := lookUp(t, k, s.ring); e.Origin != "cache" {
			t.Errorf("at once: %+v", e)
		}
		time.Sleep(31 * time.Second)
		if e := lookUp(t, k, s.ring); e.Origin != "registry" || len(e.Signatures) != 1 {
			t.Errorf("after half a minute: %+v", e)
		}
	})
}

// TestManyCallersOneVisit: two hundred callers at once cost one visit, and one who leaves does not take it along.
func TestManyCallersOneVisit(t *testing.T) {
	s := newSite(t)
	synctest.Test(t, func(t *testing.T) {
		from := &source{}
		from.set(conforming(t, s), nil, time.Second)
		k := keeper(t, from, "")
		impatient, leave := context.WithCancel(t.Context())
		var left atomic.Pointer[view.Evidence]
		go func() { left.Store(k.LookUp(impatient, s.ring, repository, asked, "linux/amd64")) }()
		synctest.Wait()
		var group sync.WaitGroup
		for range 200 {
			group.Go(func() {
				if e := lookUp(t, k, s.ring); e.Origin != "registry" || len(e.Signatures) != 1 {
					t.Errorf("got %+v", e)
				}
			})
		}
		synctest.Wait()
		leave()
		group.Wait()
		if from.asked.Load() != 1 {
			t.Errorf("registry asked %d times", from.asked.Load())
		}
		if e := left.Load(); e == nil || e.Origin != "unreachable" || e.Error != "timeout" {
			t.Errorf("who left: %+v", e)
		}
	})
}

// TestOldAnswerInHand: nobody waits for a slow registry who has an older answer; the newer one comes behind.
func TestOldAnswerInHand(t *testing.T) {
	s := newSite(t)
	synctest.Test(t, func(t *testing.T) {
		from := &source{}
		from.set(conforming(t, s), nil, 0)
		k := keeper(t, from, "")
		lookUp(t, k, s.ring)
		from.set(conforming(t, s), nil, 2*time.Second)
		time.Sleep(11 * time.Minute)
		began := time.Now()
		if e := lookUp(t, k, s.ring); e.Origin != "stale" || time.Since(began) != 300*time.Millisecond {
			t.Errorf("origin %s after %v", e.Origin, time.Since(began))
		}
		time.Sleep(3 * time.Second)
		if e := lookUp(t, k, s.ring); e.Origin != "cache" || from.asked.Load() != 2 {
			t.Errorf("origin %s, asked %d times", e.Origin, from.asked.Load())
		}
	})
}

// TestAnotherRing: a key that is no longer trusted takes its signatures along at once.
func TestAnotherRing(t *testing.T) {
	s := newSite(t)
	from := &source{}
	from.set(conforming(t, s), nil, 0)
	k := keeper(t, from, t.TempDir())
	if e := lookUp(t, k, s.ring); len(e.Signatures) != 1 {
		t.Fatalf("got %+v", e)
	}
	fresh := ring(t, trusted(t, keyring.Release, s.stranger), trusted(t, keyring.Scanner, s.scanner))
	if e := lookUp(t, k, fresh); len(e.Signatures) != 0 || len(e.Scans) != 1 || from.asked.Load() != 1 {
		t.Errorf("got %+v, asked %d times", e, from.asked.Load())
	}
}

// TestRestart: evidence outlives the process, and is verified when it comes back.
func TestRestart(t *testing.T) {
	s, dir := newSite(t), filepath.Join(t.TempDir(), "evidence")
	from := &source{}
	from.set(conforming(t, s), nil, 0)
	lookUp(t, keeper(t, from, dir), s.ring)
	from.set(nil, errors.New("down"), 0)
	if e := lookUp(t, keeper(t, from, dir), s.ring); e.Origin != "cache" || len(e.Signatures) != 1 || from.asked.Load() != 1 {
		t.Errorf("after a restart: %+v, asked %d times", e, from.asked.Load())
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text       string
		signatures int
	}{
		"edited":              {strings.Replace(string(text), asked, other, 1), 0},
		"no JSON":             {"{", 0},
		"trailing bytes":      {string(text) + "x", 0},
		"of the future":       {strings.Replace(string(text), `"fetched":"20`, `"fetched":"29`, 1), 0},
		"a document's bytes":  {strings.Replace(string(text), `"body":"eyJ`, `"body":"eyK`, 1), 0},
		"as it was (control)": {string(text), 1},
	} {
		if err := os.WriteFile(files[0], []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if e := lookUp(t, keeper(t, from, dir), s.ring); len(e.Signatures) != c.signatures {
			t.Errorf("%s: %+v, want %d signatures", name, e, c.signatures)
		}
	}
}

// TestUnsignedIsNotKept: what admits nothing takes no room, and replaces what lay there.
func TestUnsignedIsNotKept(t *testing.T) {
	s, dir := newSite(t), t.TempDir()
	from := &source{}
	from.set(conforming(t, s), nil, 0)
	lookUp(t, keeper(t, from, dir), s.ring)
	old := time.Now().Add(-time.Hour)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	aged := strings.Replace(string(text), time.Now().UTC().Format("2006-01-02T"), old.AddDate(0, 0, -1).UTC().Format("2006-01-02T"), 1)
	if err := os.WriteFile(files[0], []byte(aged), 0o600); err != nil {
		t.Fatal(err)
	}
	from.set(&evidence.Material{}, nil, 0)
	if e := lookUp(t, keeper(t, from, dir), s.ring); e.Present {
		t.Errorf("got %+v", e)
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(files) != 0 {
		t.Errorf("left: %v, %v", files, err)
	}
}

// TestDirectory: what others may write is not believed, and what is too old is cleared away.
func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.NewKeeper(evidence.KeeperOptions{Source: &source{}, Dir: dir}); err == nil || !strings.Contains(err.Error(), "written by others") {
		t.Errorf("got %v", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "x.evidence.json")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(file, past, past); err != nil {
		t.Fatal(err)
	}
	keeper(t, &source{}, dir)
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an old file stays: %v", err)
	}
}

func BenchmarkLookUpRemembered(b *testing.B) {
	s := newSite(b)
	from := &source{}
	from.set(conforming(b, s), nil, 0)
	k := keeper(b, from, "")
	lookUp(b, k, s.ring)
	b.ReportAllocs()
	for b.Loop() {
		if e := lookUp(b, k, s.ring); e.Origin != "cache" {
			b.Fatal(e.Origin)
		}
	}
}
