/* SPDX-License-Identifier: MIT */
#pragma once

/* Puts '?' in place of each byte by which a text could command the terminal that it is shown on:
 * control characters other than newline and tab, those of ECMA-48's second set (U+0080 to U+009F,
 * the introducer CSI among them), and what is no UTF-8, which an 8-bit terminal would take for
 * them. */
void terminal_mask(char *text);
