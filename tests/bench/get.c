/* SPDX-License-Identifier: MIT */
/* get URL: one GET with libcurl, the body thrown away. The peer that a no-op apply is measured
 * against. */
#include <curl/curl.h>
#include <stdlib.h>

static size_t drop(char *data, size_t size, size_t count, void *pointer)
{
	(void)data;
	(void)pointer;
	return size * count;
}

int main(int argc, char *argv[])
{
	CURL *curl = argc == 2 ? curl_easy_init() : NULL;
	CURLcode code;

	if (!curl)
		return EXIT_FAILURE;
	curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	return code == CURLE_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
