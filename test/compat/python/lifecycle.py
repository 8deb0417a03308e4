"""Does with a conforming container what people do with docker-py, and prints one line for each thing done.

    lifecycle.py IMAGE

The library sends null, zero and empty lists for whatever is unset. It also puts the name of the network beside
the endpoints.
"""
import sys

import docker

image = sys.argv[1]
hardened = dict(
    read_only=True, cap_drop=["ALL"], security_opt=["no-new-privileges"], user="1001:1001", mem_limit="64m",
    memswap_limit="64m", nano_cpus=500000000, pids_limit=64, tmpfs={"/tmp": "size=16m,noexec,nosuid,nodev"},
    network="python", dns=["127.0.0.1"],
)


def say(command, good=True):
    print(command if good else "FAILS: " + command, flush=True)


def attempt(command, act):
    """Tells of a denial as a result, with its reason."""
    try:
        say(command, act())
    except docker.errors.APIError as e:
        say(command + ": " + " ".join(str(e).split()), False)


client = docker.from_env(version="auto")
say("ping", client.ping())
say("version", client.version()["ApiVersion"])
say("info", client.info()["ServerVersion"])
client.images.pull(image)
say("images.pull")
say("images.list", client.images.list())
network = client.networks.create("python", internal=True, options={"com.docker.network.bridge.inhibit_ipv4": "true"})
say("networks.create")
say("networks.list", network in client.networks.list())
say("containers.run", b'"uid":1001' in client.containers.run(image, "status", remove=True, **hardened))
container = client.containers.create(image, "wait", name="python-1", **hardened)
say("containers.create")
container.start()
say("start")
say("logs", b'"uid":1001' in next(container.logs(stream=True)))
say("containers.list", container in client.containers.list())
say("inspect", client.api.inspect_container(container.id)["HostConfig"]["ReadonlyRootfs"])
say("stats", container.stats(stream=False)["id"] == container.id)
say("top", container.top()["Processes"])
say("events", next(client.events(since=0, decode=True))["Type"])
container.pause()
container.unpause()
say("pause and unpause")
container.restart(timeout=1)
say("restart")
attempt("exec", lambda: b'"uid":1001' in container.exec_run(["/helper", "status"]).output)
attempt("rename", lambda: container.rename("python-2") is None)
attempt("get_archive", lambda: b"agent" in b"".join(container.get_archive("/etc/passwd")[0]))
container.stop(timeout=1)
say("stop")
say("wait", container.wait()["StatusCode"] == 0)
container.remove(force=True, v=True)
say("remove")
try:
    client.containers.run(image, "status", **dict(hardened, privileged=True))
    say("run privileged", False)
except docker.errors.APIError as e:
    say("run privileged is denied", "hardening/privileged" in str(e))
network.remove()
say("networks.remove")
