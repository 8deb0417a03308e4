# METADATA
# title: No host device is given
# description: |
#   A host device, a rule for devices or a device request reaches the host's disks, memory and drivers past every
#   other rule.
# related_resources:
#   - ref: https://www.cisecurity.org/benchmark/docker
#     description: CIS Docker Benchmark 1.6.0, control 5.18
# schemas:
#   - input: schema.input
# custom:
#   severity: critical
#   controls:
#     cis_docker_1_6_0: ["5.18"]
#     pss: []
#   fix:
#     docker: "remove --device, --device-cgroup-rule and --gpus"
#     compose: "remove devices, device_cgroup_rules and gpus"
package airlock.rules.hardening.devices

import future.keywords.not

import data.airlock.lib.violation

# METADATA
# description: no mapping
deny contains violation.container("HostConfig.Devices", ["devices", "mappings"], []) if {
	input.subject == "container"
	not input.container.devices.mappings == []
}

# METADATA
# description: no rule
deny contains violation.container("HostConfig.DeviceCgroupRules", ["devices", "cgroup_rules"], []) if {
	input.subject == "container"
	not input.container.devices.cgroup_rules == []
}

# METADATA
# description: no request
deny contains violation.container("HostConfig.DeviceRequests", ["devices", "requests"], 0) if {
	input.subject == "container"
	not input.container.devices.requests == 0
}
