package adversarial

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:embed testdata
var files embed.FS

// Stage is the state of engine and gate that a request is sent to.
type Stage string

// Stages.
const (
	Alone   Stage = "alone"   // an engine in no swarm; nobody has broken the glass
	Cluster Stage = "cluster" // the one node of a swarm, on a site that has one
	Opened  Stage = "opened"  // as alone, while the glass is broken for what Broken names
)

// Broken returns the operations the glass is broken for while requests are sent to stage Opened.
func Broken() []string {
	return []string{
		"container.prune", "network.prune", "volume.prune", "image.prune", "image.remove", "image.export",
		"exec.create", "container.logs", "container.rename", "container.pause", "container.update",
	}
}

// At returns the requests for a stage, in their order.
func At(stage Stage, cases []Case) []Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return c.Stage() != stage })
}

// Denied returns every request that must not pass.
func Denied() ([]Case, error) {
	cases, err := read("denied")
	if err != nil {
		return nil, err
	}
	return unique(append(cases, spellings()...))
}

// Admitted returns every request that must pass, in the order in which they are to be sent.
func Admitted() ([]Case, error) {
	cases, err := read("admitted")
	if err != nil {
		return nil, err
	}
	return unique(cases)
}

func unique(cases []Case) ([]Case, error) {
	seen := map[string]bool{}
	for _, c := range cases {
		if seen[c.Name()] {
			return nil, fmt.Errorf("corpus: %s stands twice", c.Name())
		}
		seen[c.Name()] = true
	}
	return cases, nil
}

func read(folder string) ([]Case, error) {
	dir := path.Join("testdata", folder)
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read corpus: %w", err)
	}
	var cases []Case
	for _, entry := range entries {
		text, err := files.ReadFile(path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read corpus: %w", err)
		}
		stem := strings.TrimSuffix(entry.Name(), ".txt")
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimRight(line, "\n")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			c, err := parse(stem, strings.Split(line, " | "))
			if err != nil {
				return nil, fmt.Errorf("%s/%s:%d: %w", folder, entry.Name(), number, err)
			}
			c.Family = folder + "/" + stem
			cases = append(cases, c)
		}
	}
	return cases, nil
}

func parse(stem string, columns []string) (Case, error) {
	for i := range columns {
		columns[i] = strings.TrimSpace(columns[i])
	}
	c := Case{Outcome: columns[0], describe: strings.Join(columns[1:], " | ")}
	switch stem {
	case "creates", "services":
		if len(columns) != 2 {
			return c, fmt.Errorf("%d columns, want 2", len(columns))
		}
		line, conforming := "POST {v}/containers/create", Conforming
		if stem == "services" {
			line, conforming = "POST {v}/services/create", ConformingService
		}
		body, query, err := changed(conforming, columns[1])
		c.Line, c.Body = line+query, body
		return c, err
	case "bodies":
		if len(columns) != 4 {
			return c, fmt.Errorf("%d columns, want 4", len(columns))
		}
		c.Line = columns[1]
		body, err := placed(columns[2], columns[3])
		c.Body = body
		return c, err
	}
	if len(columns) < 2 || len(columns) > 4 {
		return c, fmt.Errorf("%d columns, want 2 to 4", len(columns))
	}
	c.Line = columns[1]
	if len(columns) > 2 && columns[2] != "-" {
		c.Body = columns[2]
	}
	if len(columns) == 4 {
		c.Headers = strings.Split(columns[3], " ;; ")
	}
	return c, nil
}

// Conforming is the body of a create that every rule admits, once its words are filled in.
const Conforming = `{"Image":"{worker}","User":"1001:1001","HostConfig":{"ReadonlyRootfs":true,"CapDrop":["ALL"],` +
	`"SecurityOpt":["no-new-privileges"],"Memory":67108864,"MemorySwap":67108864,"NanoCpus":500000000,"PidsLimit":64,` +
	`"NetworkMode":"none","Tmpfs":{"/tmp":"size=16m,noexec,nosuid,nodev"}}}`

// ConformingService is the body of a service that every rule admits on a site with a swarm, likewise.
const ConformingService = `{"Name":"agent","TaskTemplate":{"ContainerSpec":{"Image":"{worker}","User":"1001:1001","ReadOnly":true,` +
	`"CapabilityDrop":["ALL"],"Mounts":[{"Type":"tmpfs","Target":"/tmp","TmpfsOptions":{"SizeBytes":16777216}}],` +
	`"Secrets":[{"SecretID":"{secret}","SecretName":"key","File":{"Name":"key","UID":"1001","GID":"1001","Mode":256}}]},` +
	`"Resources":{"Limits":{"MemoryBytes":67108864,"NanoCPUs":500000000,"Pids":64}}},"Mode":{"Replicated":{"Replicas":1}}}`

// changed applies changes to a conforming body.
func changed(conforming, changes string) (body, query string, err error) {
	var document map[string]any
	decoder := json.NewDecoder(strings.NewReader(conforming))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return "", "", err
	}
	for change := range strings.SplitSeq(changes, "; ") {
		if strings.HasPrefix(change, "?") {
			query = change
			continue
		}
		at, remove := strings.CutPrefix(change, "-")
		at, text, set := strings.Cut(at, "=")
		if set == remove {
			return "", "", fmt.Errorf("change %q: want -path or path=JSON", change)
		}
		var value any
		if set {
			decoder := json.NewDecoder(strings.NewReader(text))
			decoder.UseNumber()
			if err := decoder.Decode(&value); err != nil {
				return "", "", fmt.Errorf("change %q: %w", change, err)
			}
		}
		keys := strings.Split(at, ".")
		object := document
		for _, key := range keys[:len(keys)-1] {
			next, ok := object[key].(map[string]any)
			if !ok {
				next = map[string]any{}
				object[key] = next
			}
			object = next
		}
		if remove {
			delete(object, keys[len(keys)-1])
		} else {
			object[keys[len(keys)-1]] = value
		}
	}
	text, err := json.Marshal(document)
	return string(text), query, err
}

// placed puts text into the conforming create: at the top, inside HostConfig, behind it, or in its place.
func placed(place, text string) (string, error) {
	switch place {
	case "top":
		return "{" + text + "," + Conforming[1:], nil
	case "end":
		return strings.TrimSuffix(Conforming, "}") + "," + text + "}", nil
	case "host":
		return strings.Replace(Conforming, `"HostConfig":{`, `"HostConfig":{`+text+",", 1), nil
	case "before":
		return text + Conforming, nil
	case "after":
		return Conforming + text, nil
	case "whole":
		return text, nil
	}
	return "", fmt.Errorf("place %q: want top, end, host, before, after or whole", place)
}
