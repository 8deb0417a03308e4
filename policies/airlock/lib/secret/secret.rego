# METADATA
# title: Secret files
# description: |
#   Secrets reach a container as files of one directory of the host, each mounted on its own. What is mounted from there
#   is told by its source alone; rule secrets/files judges the rest.
package airlock.lib.secret

import future.keywords.not

# METADATA
# description: how the path of everything in the directory of the host begins; undefined without site data
inside := concat("", [data.site.secrets.dir, "/"]) if is_string(data.site.secrets.dir)

# METADATA
# description: where a container sees the files
default target := "/run/secrets"

target := data.site.secrets.target if is_string(data.site.secrets.target)

# METADATA
# description: what nothing but a secret file may stand at or below
reserved := ["/run/secrets/", "/var/run/secrets/", concat("", [target, "/"])]
