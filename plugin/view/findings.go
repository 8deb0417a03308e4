package view

import (
	"cmp"
	"slices"

	"github.com/airlock-gate/airlock/plugin/secret"
)

// Finding is one secret that stands where anybody who may inspect the container, or a process in it, can read it:
// "Config.Env[3] (OPENAI_API_KEY)", "image Config.Cmd[2]"; of a further process "Env[0] (TOKEN)". Its value stays out, and so does a name that may itself be a secret.
type Finding struct {
	Place   string `json:"place" enum:"environment,arguments,labels,image"` // what its owner must mend; arguments: entry point, command, shell, health check; labels: annotations and log options too; image: all of the image's configuration
	Field   string `json:"field"`                                           // where in the request, or in the image's configuration
	Pattern string `json:"pattern"`                                         // how it was known: "secret-name", "forge-token", …
}

// Places of findings.
const (
	placeEnvironment = "environment"
	placeArguments   = "arguments"
	placeLabels      = "labels"
	placeImage       = "image"
)

// maxFindings bounds the findings of one place. One is enough to deny; a request made of nothing else must not fill the
// answer.
const maxFindings = 64

// list collects the findings of one place.
type list struct {
	place string
	found []Finding
}

func (l *list) add(f secret.Finding, found bool) {
	if found && len(l.found) < maxFindings {
		l.found = append(l.found, Finding{l.place, f.Field, string(f.Pattern)})
	}
}

func (l *list) command(c *secret.Command, field string, args []string) {
	for _, f := range c.Arguments(nil, field, args) {
		l.add(f, true)
	}
}

// findings searches what the process and the engine will be given, and says of each secret where it comes from. In a
// stored container image and request are joined, so what equals the image's own counts as the image's.
func (s *source) findings() []Finding {
	img := s.origin
	if img == nil {
		img = &ImageFacts{}
	}
	environment, arguments := list{place: placeEnvironment}, list{place: placeArguments}
	labels, image := list{place: placeLabels}, list{place: placeImage}
	for i, entry := range s.config.Env {
		if !slices.Contains(img.Env, entry) {
			environment.add(secret.Variable("Config.Env", i, entry))
		}
	}
	for i, entry := range img.Env {
		if s.inherits(entry) {
			image.add(secret.Variable("image Config.Env", i, entry))
		}
	}
	s.commands(img, &arguments, &image)
	for name, value := range s.config.Labels {
		if own, found := img.Labels[name]; !found || own != value {
			labels.add(secret.Label("Config.Labels", name, value))
		}
	}
	for name, value := range img.Labels {
		if given, found := s.config.Labels[name]; found && given == value || !found && !s.joined {
			image.add(secret.Label("image Config.Labels", name, value))
		}
	}
	for name, value := range s.host.Annotations {
		labels.add(secret.Label("HostConfig.Annotations", name, value))
	}
	for name, value := range s.host.LogConfig.Config {
		labels.add(secret.Label("HostConfig.LogConfig.Config", name, value))
	}
	return sorted(environment.found, arguments.found, labels.found, image.found)
}

// processFindings searches what a further process in a container is given.
func processFindings(env, command []string) []Finding {
	environment, arguments := list{place: placeEnvironment}, list{place: placeArguments}
	for i, entry := range env {
		environment.add(secret.Variable("Env", i, entry))
	}
	arguments.command(&secret.Command{}, "Cmd", command)
	return sorted(environment.found, arguments.found)
}

// inherits tells whether an entry of the image's environment reaches the process.
func (s *source) inherits(entry string) bool {
	if slices.Contains(s.config.Env, entry) {
		return true // whatever else the request says of the name: this stands in its configuration too
	}
	name := variableName(entry)
	return !s.joined && !slices.ContainsFunc(s.config.Env, func(given string) bool { return variableName(given) == name })
}

// commands searches every command line. A request's entry point takes the image's command away, an empty one keeps it
// (moby daemon/commit.go, merge).
func (s *source) commands(img *ImageFacts, ofRequest, ofImage *list) {
	entrypoint, command := s.config.Entrypoint, s.config.Cmd
	var test []string
	if s.config.Healthcheck != nil {
		test = s.config.Healthcheck.Test
	}
	var imageTest []string
	if img.Healthcheck != nil {
		imageTest = img.Healthcheck.Test
	}
	if !s.joined {
		if len(entrypoint) == 0 {
			if len(command) == 0 {
				command = img.Cmd
			}
			if entrypoint == nil {
				entrypoint = img.Entrypoint
			}
		}
		if len(test) == 0 {
			test = imageTest
		}
	}
	read := func(c *secret.Command, field string, args, own []string) {
		if slices.Equal(args, own) {
			ofImage.command(c, "image "+field, args)
		} else {
			ofRequest.command(c, field, args)
		}
	}
	var process, check secret.Command
	read(&process, "Config.Entrypoint", entrypoint, img.Entrypoint)
	read(&process, "Config.Cmd", command, img.Cmd)
	read(&check, "Config.Healthcheck.Test", test, imageTest)
	read(&secret.Command{}, "Config.Shell", s.config.Shell, nil)
}

// sorted joins findings in an order that does not depend on that of a map.
func sorted(places ...[]Finding) []Finding {
	all := slices.Concat(places...)
	if len(all) == 0 {
		return []Finding{}
	}
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Pattern, b.Pattern))
	})
	return slices.Compact(all)
}
