/* SPDX-License-Identifier: MIT */
#include "net/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "net/inventory.h"

#define SYSFS_NET "/sys/class/net"
#define VULTR_PUBLIC_NIC "enp1s0"

static void read_link(struct link *link, int root, const char *name)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	char path[64 + 256];

	if (!link_name_parse(&link->name, name))
		return;
	snprintf(path, sizeof(path), SYSFS_NET "/%s/address", name);
	if (file_read(root, path, 64, &text, NULL, NULL) < 0 || !text.len)
		return;
	text.data[strcspn(text.data, "\n")] = '\0';
	link->has_mac = mac_parse(&link->mac, text.data);
}

int sysfs_inventory(struct inventory *inventory, int root, const struct link_name *nic,
		    const struct mac *mac, struct error *err)
{
	int fd = file_open(root, SYSFS_NET, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	const struct link *found;
	struct link *link;

	while (dir && (entry = readdir(dir))) {
		link = inventory_add_link(inventory);
		if (!link)
			break;
		link->index = (int)inventory->link_count;
		read_link(link, root, entry->d_name);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	if (nic ? inventory_link(inventory, nic->s) != NULL
		: inventory_link_by_mac(inventory, mac, &found) > 0)
		return 0;
	link = inventory_add_link(inventory);
	if (!link)
		return error_errno(err, -ENOMEM, "%s", SYSFS_NET);
	link->index = (int)inventory->link_count;
	link->has_mac = true;
	link->mac = *mac;
	if (nic)
		link->name = *nic;
	else
		link_name_parse(&link->name, VULTR_PUBLIC_NIC);
	return 0;
}
