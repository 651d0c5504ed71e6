/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* What the fuzz targets share. A target is one file: it reads bytes as anybody may have written
 * them, and aborts when something doesn't hold that must, whatever they are. libFuzzer drives it,
 * or main.c. */

/* https://llvm.org/docs/LibFuzzer.html; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_ASSERT(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))

_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* The bytes with a NUL behind them, on the heap and no longer than that: what reads further is
 * found. The caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Nothing but ASCII that a terminal shows. */
bool fuzz_is_shown(const char *text);

/* A failure is a negative errno with a sentence for people, that a terminal may show. */
void fuzz_check_error(int r, const struct error *err);
