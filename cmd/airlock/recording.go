package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/api/types/volume"

	"github.com/airlock-gate/airlock/plugin/decision"
	"github.com/airlock-gate/airlock/plugin/evidence"
	"github.com/airlock-gate/airlock/plugin/facts"
	"github.com/airlock-gate/airlock/plugin/view"
)

const maxRecording = 64 << 20

// recording is an engine's answers from files, in the place of an engine.
type recording struct {
	infoFile       string
	imageFiles     []string
	containerFiles []string
	volumeFiles    []string
	networkList    string
	containerList  string
	evidenceFiles  []string

	engine     *view.Engine
	images     []recordedImage
	containers []recordedContainer
	volumes    map[string]*view.LiveVolume
	topology   *view.Topology
	evidence   map[string]*view.Evidence // by repository@digest
}

type recordedImage struct {
	names []string
	facts view.ImageFacts
}

type recordedContainer struct {
	id, name string
	raw      json.RawMessage
}

func (r *recording) empty() bool {
	return r.infoFile == "" && len(r.imageFiles) == 0 && len(r.containerFiles) == 0 && len(r.volumeFiles) == 0 && r.networkList == "" && r.containerList == "" &&
		len(r.evidenceFiles) == 0
}

// read loads the files.
func (r *recording) read() error {
	if r.infoFile != "" {
		data, err := readFile(r.infoFile, maxRecording)
		if err != nil {
			return fmt.Errorf("read engine info: %w", err)
		}
		var info system.Info
		if err := json.Unmarshal(data, &info); err != nil {
			return fmt.Errorf("read engine info %s: %w", r.infoFile, err)
		}
		if info.ServerVersion == "" || info.OSType == "" {
			return fmt.Errorf("read engine info %s: no ServerVersion and OSType: is it the answer to GET /info?", r.infoFile)
		}
		r.engine = view.EngineFrom(info)
	}
	if r.networkList != "" || r.containerList != "" {
		if err := r.readLists(); err != nil {
			return err
		}
	}
	r.evidence = map[string]*view.Evidence{}
	for _, file := range r.evidenceFiles {
		err := each(file, func(raw json.RawMessage) error {
			var found verified
			if err := json.Unmarshal(raw, &found); err != nil {
				return err
			}
			if found.Repository == "" || found.Digest == "" || found.Evidence == nil {
				return errors.New("no repository, digest and evidence: is it what airlock verify --json prints?")
			}
			r.evidence[found.Repository+"@"+found.Digest] = found.Evidence
			return nil
		})
		if err != nil {
			return fmt.Errorf("read evidence %s: %w", file, err)
		}
	}
	for _, file := range r.imageFiles {
		err := each(file, func(raw json.RawMessage) error {
			var found image.InspectResponse
			if err := json.Unmarshal(raw, &found); err != nil {
				return err
			}
			if found.ID == "" {
				return errors.New("no Id: is it the answer to GET /images/NAME/json?")
			}
			names := append([]string{found.ID}, found.RepoDigests...)
			r.images = append(r.images, recordedImage{names: append(names, found.RepoTags...), facts: view.ImageFrom(found)})
			return nil
		})
		if err != nil {
			return fmt.Errorf("read image inspect %s: %w", file, err)
		}
	}
	for _, file := range r.containerFiles {
		err := each(file, func(raw json.RawMessage) error {
			var found struct {
				ID   string `json:"Id"`
				Name string
			}
			if err := json.Unmarshal(raw, &found); err != nil {
				return err
			}
			if found.ID == "" {
				return errors.New("no Id: is it the answer to GET /containers/NAME/json?")
			}
			r.containers = append(r.containers, recordedContainer{found.ID, strings.TrimPrefix(found.Name, "/"), raw})
			return nil
		})
		if err != nil {
			return fmt.Errorf("read container inspect %s: %w", file, err)
		}
	}
	r.volumes = map[string]*view.LiveVolume{}
	for _, file := range r.volumeFiles {
		err := each(file, func(raw json.RawMessage) error {
			var found volume.Volume
			if err := json.Unmarshal(raw, &found); err != nil {
				return err
			}
			if found.Name == "" || found.Driver == "" {
				return errors.New("no Name and Driver: is it the answer to GET /volumes/NAME?")
			}
			r.volumes[found.Name] = view.VolumeFrom(found)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read volume inspect %s: %w", file, err)
		}
	}
	return nil
}

// readLists loads the lists of networks and containers, which say something only together.
func (r *recording) readLists() error {
	if r.networkList == "" || r.containerList == "" {
		return errors.New("read lists: --network-list and --container-list need each other")
	}
	networks, err := readFile(r.networkList, maxRecording)
	if err != nil {
		return fmt.Errorf("read network list: %w", err)
	}
	containers, err := readFile(r.containerList, maxRecording)
	if err != nil {
		return fmt.Errorf("read container list: %w", err)
	}
	if r.topology, err = view.TopologyFrom(networks, containers); err != nil {
		return fmt.Errorf("read lists %s and %s: %w", r.networkList, r.containerList, err)
	}
	return nil
}

// each hands out a file's object, or the objects of its list, which is how docker inspect prints them.
func each(file string, use func(json.RawMessage) error) error {
	data, err := readFile(file, maxRecording)
	if err != nil {
		return err
	}
	list := []json.RawMessage{data}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
	}
	for _, raw := range list {
		if err := use(raw); err != nil {
			return err
		}
	}
	return nil
}

// Recognise knows no own calls: nothing calls back.
func (r *recording) Recognise(string, string, map[string]string, []byte) (bool, error) {
	return false, nil
}

// Image finds an image by ID, digest or tag.
func (r *recording) Image(_ context.Context, reference string) (*view.ImageFacts, error) {
	for i := range r.images {
		for _, name := range r.images[i].names {
			if name == reference {
				return &r.images[i].facts, nil
			}
		}
	}
	return nil, facts.ErrNotFound
}

// Container finds a container as the engine does: by full ID, name, or a prefix of one ID.
func (r *recording) Container(_ context.Context, nameOrID string) (json.RawMessage, error) {
	var prefixed []json.RawMessage
	for _, c := range r.containers {
		if c.id == nameOrID {
			return c.raw, nil
		}
	}
	for _, c := range r.containers {
		if c.name == nameOrID {
			return c.raw, nil
		}
		if nameOrID != "" && strings.HasPrefix(c.id, nameOrID) {
			prefixed = append(prefixed, c.raw)
		}
	}
	if len(prefixed) == 1 {
		return prefixed[0], nil
	}
	return nil, facts.ErrNotFound
}

// Exec finds nothing: processes that wait in a container end with it, so none is recorded.
func (r *recording) Exec(context.Context, string) (*container.ExecInspectResponse, error) {
	return nil, facts.ErrNotFound
}

// Daemon returns what the file says.
func (r *recording) Daemon(context.Context) (*view.Engine, error) {
	if r.engine == nil {
		return nil, errors.New("the request needs the engine's own answer: give it with --engine-info")
	}
	return r.engine, nil
}

// Said returns the same.
func (r *recording) Said() *view.Engine { return r.engine }

// Topology returns what the lists say.
func (r *recording) Topology(context.Context) (*view.Topology, error) {
	if r.topology == nil {
		return nil, errors.New("the request needs the engine's lists: give them with --network-list and --container-list")
	}
	return r.topology, nil
}

// Volume finds a volume by name.
func (r *recording) Volume(_ context.Context, name string) (*view.LiveVolume, error) {
	if found, ok := r.volumes[name]; ok {
		return found, nil
	}
	return nil, facts.ErrNotFound
}

// File looks at the host the check runs on: there are no recordings of files.
func (r *recording) File(name string) *view.File { return facts.File(name) }

// Service finds none: recordings hold no swarm.
func (r *recording) Service(context.Context, string) (*view.LiveService, error) {
	return nil, facts.ErrNotFound
}

// Secret finds none, as Service does.
func (r *recording) Secret(context.Context, string) (*view.LiveFile, error) {
	return nil, facts.ErrNotFound
}

// Config finds none, as Service does.
func (r *recording) Config(context.Context, string) (*view.LiveFile, error) {
	return nil, facts.ErrNotFound
}

// recordedCall is one line of recorded requests.
type recordedCall struct {
	Method  string            `json:"method"`
	URI     string            `json:"uri"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// readCalls reads recorded requests, one JSON object after another. A body stays byte for byte what it was.
func readCalls(data []byte) (calls []decision.Call, err error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	for {
		var recorded recordedCall
		switch err := decoder.Decode(&recorded); {
		case errors.Is(err, io.EOF):
			return calls, nil
		case err != nil:
			return nil, fmt.Errorf("read request %d: %w", len(calls)+1, err)
		}
		if recorded.Method == "" || recorded.URI == "" {
			return nil, fmt.Errorf("read request %d: want method and uri", len(calls)+1)
		}
		call := decision.Call{
			ID: "request-" + strconv.Itoa(len(calls)+1), Method: recorded.Method, Target: recorded.URI,
			Headers: recorded.Headers, Body: recorded.Body,
		}
		if bytes.Equal(call.Body, []byte("null")) {
			call.Body = nil
		}
		calls = append(calls, call)
	}
}

// printable keeps a recorded text from steering the terminal it is printed on.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// About returns recorded evidence. An image in no file has none, as one whose registry does not answer.
func (r *recording) About(_ context.Context, trust evidence.Trust, image *view.Image, _ string) *view.Evidence {
	if !trust.Demands() {
		return nil
	}
	if found, ok := r.evidence[image.Repository+"@"+image.Digest]; ok && trust.Lists(image.Repository) {
		return found
	}
	return nil
}
