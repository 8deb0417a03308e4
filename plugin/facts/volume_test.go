package facts_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

func TestVolumeIsAskedEveryTime(t *testing.T) {
	e, d := open(t, "1.41", 0)
	d.answer("/volumes/data", `{"Name":"data","Driver":"local","Scope":"local","Options":null,"Labels":{}}`)
	want := &view.LiveVolume{Exists: true, Driver: "local", Scope: "local", Kind: "plain", Options: []string{}}
	for range 2 {
		if got, err := e.Volume(t.Context(), "data"); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("Volume = %+v, %v", got, err)
		}
	}
	if _, err := e.Volume(t.Context(), "gone"); !errors.Is(err, facts.ErrNotFound) {
		t.Errorf("Volume(gone) error = %v, want ErrNotFound", err)
	}
	if got := len(d.targets()); got != 3 {
		t.Errorf("asked %d times, want 3", got)
	}
	for _, name := range []string{"", "../info", "a/b", "a?x", "a b", "%2e", "-x", strings.Repeat("a", 256)} {
		if _, err := e.Volume(t.Context(), name); !errors.Is(err, facts.ErrNotFound) {
			t.Errorf("Volume(%q) error = %v, want ErrNotFound", name, err)
		}
	}
	if got := len(d.targets()); got != 3 {
		t.Errorf("asked for names no volume can have: %q", d.targets())
	}
}

func TestVolumeFailureIsNotAbsence(t *testing.T) {
	for name, setUp := range map[string]func(*daemon){
		"server error":   func(d *daemon) { d.set(0, http.StatusInternalServerError) },
		"denied":         func(d *daemon) { d.set(0, http.StatusForbidden) },
		"too slow":       func(d *daemon) { d.set(10*time.Second, 0) },
		"gone":           func(d *daemon) { d.Close() },
		"not JSON":       func(d *daemon) { d.answer("/volumes/data", "<html>") },
		"another volume": func(d *daemon) { d.answer("/volumes/data", `{"Name":"other","Driver":"local"}`) },
		"without driver": func(d *daemon) { d.answer("/volumes/data", `{"Name":"data"}`) },
		"too large":      func(d *daemon) { d.answer("/volumes/data", `{"Name":"`+strings.Repeat("x", 9<<20)+`"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			e, d := open(t, "1.56", 500*time.Millisecond)
			setUp(d)
			if got, err := e.Volume(t.Context(), "data"); err == nil || errors.Is(err, facts.ErrNotFound) {
				t.Errorf("Volume = %+v, %v", got, err)
			}
		})
	}
}
