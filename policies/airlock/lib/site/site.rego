# METADATA
# title: What differs between hosts
# description: |
#   Site data as the rules read it. What is missing or of another type is empty here, and every list is an allow list:
#   a typo in the site file closes the gate, it never opens it.
package airlock.lib.site

import future.keywords.not

default registries := []

registries := data.site.registries if is_array(data.site.registries)

default identity := {}

identity := data.site.identity if is_object(data.site.identity)

default limits := {}

limits := data.site.limits if is_object(data.site.limits)

default seccomp := []

seccomp := data.site.profiles.seccomp if is_array(data.site.profiles.seccomp)

default apparmor := []

apparmor := data.site.profiles.apparmor if is_array(data.site.profiles.apparmor)

default runtimes := []

runtimes := data.site.runtimes if is_array(data.site.runtimes)

default logging_drivers := []

logging_drivers := data.site.logging.drivers if is_array(data.site.logging.drivers)

default annotations := []

annotations := data.site.annotations if is_array(data.site.annotations)

default secrets := {}

secrets := data.site.secrets if is_object(data.site.secrets)

default swarm := {}

swarm := data.site.swarm if is_object(data.site.swarm)

default roles := {}

roles := data.site.roles if is_object(data.site.roles)

default callers := {}

callers := data.site.callers if is_object(data.site.callers)

default exceptions := []

exceptions := data.site.exceptions if is_array(data.site.exceptions)

# METADATA
# description: a limit for people to read; null when the site names none
limit(name) := object.get(limits, name, null)
