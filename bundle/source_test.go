package bundle_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/airlock-gate/airlock/bundle"
)

func TestSourceKeepsTheLastGoodSnapshot(t *testing.T) {
	files, data := bundleOf(nil), bundle.DefaultSite()
	source, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return bundle.Load(files, data, bundle.Options{}) })
	if err != nil {
		t.Fatal(err)
	}
	first := source.Snapshot()

	if changed, err := source.Reload(); err != nil || changed {
		t.Errorf("got changed %v, %v; want the same again", changed, err)
	}
	if got := source.Snapshot(); got == first || got.Revision() != first.Revision() {
		t.Error("want a new snapshot of the same revision")
	}

	good := source.Snapshot()
	files = bundleOf(map[string]string{mainPath: "package airlock.main\n\nallow := true\n\nviolations := set()\n"})
	if changed, err := source.Reload(); err == nil || changed || source.Snapshot() != good {
		t.Errorf("got changed %v, %v; want an error and the last good snapshot", changed, err)
	}
	if got, err := source.Snapshot().Decide(t.Context(), worker()); err != nil || !got.Allow {
		t.Errorf("got %+v, %v; want the last good snapshot to decide", got, err)
	}

	files, data = bundleOf(nil), site(t, workerSite)
	if changed, err := source.Reload(); err != nil || !changed || source.Snapshot().Revision() == first.Revision() {
		t.Errorf("got changed %v, %v; want another revision", changed, err)
	}
}

func TestSourceNeedsAFirstSnapshot(t *testing.T) {
	broken := errors.New("broken")
	if s, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return nil, broken }); !errors.Is(err, broken) || s != nil {
		t.Errorf("got %v, %v; want the loader's error", s, err)
	}
	if s, err := bundle.NewSource(func() (*bundle.Snapshot, error) { return nil, nil }); err == nil || s != nil {
		t.Errorf("got %v, %v; want an error for no snapshot", s, err)
	}
}

func TestSourceReloadsUnderLoad(t *testing.T) {
	source, err := bundle.NewSource(func() (*bundle.Snapshot, error) {
		return bundle.Load(bundleOf(nil), bundle.DefaultSite(), bundle.Options{})
	})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if got, err := source.Snapshot().Decide(t.Context(), worker()); err != nil || !got.Allow {
					t.Errorf("got %+v, %v", got, err)
				}
			}
		})
	}
	for range 5 {
		if _, err := source.Reload(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}
