/* SPDX-License-Identifier: MIT */
/* Stands in for libFuzzer: gives the target each file that is named, or is in a directory that is
 * named, and says which. Any compiler will do. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "fuzz.h"

static void replay_file(const char *path)
{
	CLEANUP(cleanup_stream) FILE *stream = fopen(path, "re");
	CLEANUP(buf_clear) struct buf input = BUF_INIT;
	CLEANUP(cleanup_free) uint8_t *exact = NULL;
	char chunk[4096];
	size_t got;

	printf("%s\n", path);
	fflush(stdout);
	if (!stream) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	while ((got = fread(chunk, 1, sizeof(chunk), stream)) > 0)
		buf_add(&input, chunk, got);
	/* As long as it is: what reads further is found. */
	exact = malloc(input.len ? input.len : 1);
	FUZZ_ASSERT(!ferror(stream) && !input.error && exact);
	if (input.len)
		memcpy(exact, input.data, input.len);
	LLVMFuzzerTestOneInput(exact, input.len);
}

static int is_input(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static size_t replay_directory(const char *path, struct dirent **entries, int count)
{
	for (int i = 0; i < count; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		replay_file(file);
		free(entries[i]);
	}
	free(entries);
	return (size_t)count;
}

int main(int argc, char *argv[])
{
	size_t inputs = 0;

	for (int i = 1; i < argc; i++) {
		struct dirent **entries;
		int count = scandir(argv[i], &entries, is_input, alphasort);

		if (count >= 0) {
			inputs += replay_directory(argv[i], entries, count);
		} else {
			replay_file(argv[i]);
			inputs++;
		}
	}
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	printf("%s: %zu inputs\n", argv[0], inputs);
	return inputs ? 0 : 2;
}
