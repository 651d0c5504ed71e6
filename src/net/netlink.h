/* SPDX-License-Identifier: MIT */
#pragma once

struct error;
struct inventory;

/* Asks the kernel for its links, addresses and IPv6 routes: three dumps over one socket. */
int netlink_inventory(struct inventory *inventory, struct error *err);
