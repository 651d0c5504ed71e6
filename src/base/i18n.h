/* SPDX-License-Identifier: MIT */
#pragma once

#include <libintl.h>

/* Messages that a person reads at a prompt or a console. Generated files and the journal are
 * never translated. */
#define _(text) gettext(text)
#define N_(text) (text)
