/* SPDX-License-Identifier: MIT */
#pragma once

struct error;
struct inventory;
struct link_name;
struct mac;

/* The links below another root, where the kernel is not to be asked: from /sys/class/net there.
 * Where nothing has the MAC, a link is made up: nic, or enp1s0, the public interface of Vultr's
 * machines, when nic is NULL. */
int sysfs_inventory(struct inventory *inventory, int root, const struct link_name *nic,
		    const struct mac *mac, struct error *err);
