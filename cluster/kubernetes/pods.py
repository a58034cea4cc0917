#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the worldmodels authors
"""For test.sh: the pods of rendered objects, as podman plays them.

  pods.py RENDERED DIRECTORY

RENDERED holds Secrets, StatefulSets, Deployments and Jobs. For each of these a pod, or as many as
it wants, is printed with the template's spec as it stands. What the kubelet does and podman does not is
done here: secrets are laid out in DIRECTORY as a pod sees them, links to files of root's with the
secret's mode, they and the other volumes belong to the pod's group, and arguments name what a container
asks for in cores.
"""

import base64
import copy
import math
import os
import pathlib
import sys

import yaml


def lay_out(secret, mode, group, directory):
    """Files behind two links, as the kubelet has them."""
    present = directory / "..2026_01_01"
    present.mkdir(parents=True)
    for name, data in secret["data"].items():
        path = present / name
        path.write_bytes(base64.b64decode(data))
        path.chmod(mode)
        os.chown(path, 0, group)
        (directory / name).symlink_to(f"..data/{name}")
    (directory / "..data").symlink_to(present.name)


def volume(source, name, secrets, group, directory):
    """A volume on this machine in another one's place."""
    path = directory / name
    if "secret" in source:
        secret = source["secret"]
        lay_out(secrets[secret["secretName"]], secret["defaultMode"], group, path)
    else:
        path.mkdir(parents=True)
        os.chown(path, 0, group)
        path.chmod(0o2775)
    return {"name": name, "hostPath": {"path": str(path), "type": "Directory"}}


def fill_in(container):
    """Variables of resources, and arguments that name them."""
    for variable in container.get("env", []):
        source = variable.pop("valueFrom", {}).get("resourceFieldRef")
        if source is None:
            continue
        if source["resource"] != "requests.cpu" or source["divisor"] != "1":
            sys.exit(f"pods.py: {variable['name']} is of another resource than whole cores")
        cores = container["resources"]["requests"]["cpu"]
        cores = float(cores[:-1]) / 1000 if cores.endswith("m") else float(cores)
        variable["value"] = str(math.ceil(cores))
        container["args"] = [
            argument.replace(f"$({variable['name']})", variable["value"])
            for argument in container["args"]
        ]


def pod(workload, name, secrets, directory):
    template = copy.deepcopy(workload["spec"]["template"])
    spec = template["spec"]
    group = spec["securityContext"]["fsGroup"]
    sources = spec["volumes"] + [
        {"name": claim["metadata"]["name"]}
        for claim in workload["spec"].get("volumeClaimTemplates", [])
    ]
    spec["volumes"] = [
        volume(source, source["name"], secrets, group, directory / name) for source in sources
    ]
    for container in spec["containers"]:
        fill_in(container)
    # podman ends with the first container, and starts none again.
    spec["restartPolicy"] = "Never"
    # Else it removes those that prepare, and leaves their volumes.
    always = {"io.podman.annotations.init.container.type": "always"}
    labels = template["metadata"]["labels"]
    metadata = {"name": name, "labels": labels, "annotations": always}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def main():
    rendered, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    objects = list(yaml.safe_load_all(pathlib.Path(rendered).read_text()))
    secrets = {o["metadata"]["name"]: o for o in objects if o["kind"] == "Secret"}
    pods = []
    for workload in objects:
        if workload["kind"] not in ("StatefulSet", "Deployment", "Job"):
            continue
        name = workload["metadata"]["name"]
        count = workload["spec"].get("parallelism", workload["spec"].get("replicas", 1))
        names = [name] if count == 1 else [f"{name}-{index}" for index in range(count)]
        pods += [pod(workload, each, secrets, directory) for each in names]
    yaml.safe_dump_all(pods, sys.stdout)


if __name__ == "__main__":
    main()
