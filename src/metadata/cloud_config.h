/* SPDX-License-Identifier: MIT */
#pragma once

struct cJSON;
struct error;
struct instance;

/* "cloud_interfaces", a cloud-init network configuration of version 1, which stands in for an empty
 * "interfaces". Its public interface is the one that asks for DHCP or SLAAC, a static6 subnet is a
 * reserved prefix, and the addresses are the interface's to know. Pure. */
int cloud_config_parse(struct instance *instance, const struct cJSON *cloud, struct error *err);
