/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "http_server.h"
#include "metadata/fetch.h"
#include "metadata/instance.h"

#define DOCUMENT                                                                                   \
	"{\"interfaces\": [{\"network-type\": \"public\", \"mac\": \"56:00:05:00:53:01\"}]}"
#define MAC "56:00:05:00:53:01"

static struct error err;
static struct instance instance;

static void setup(void)
{
	err = ERROR_INIT;
}

static const struct http_limits limits = HTTP_LIMITS_DEFAULT;

START_TEST(a_file_is_read)
{
	struct unit_path path = unit_path("data/vultr/reserved-2026-shape.json");

	ck_assert_msg(fetch_instance(&instance, path.s, &limits, NULL, &err) == 0, "%s", err.text);
	ck_assert_str_eq(mac_text(&instance.mac).s, MAC);
}
END_TEST

START_TEST(a_files_path_may_be_relative_or_a_link)
{
	struct unit_path dir, link;
	int root;

	dir = unit_directory(&root);
	unit_write(&dir, "/metadata.json", DOCUMENT, 0600);
	snprintf(link.s, sizeof(link.s), "%.400s/link", dir.s);
	ck_assert_int_eq(symlink("metadata.json", link.s), 0);
	ck_assert_int_eq(chdir(dir.s), 0);
	ck_assert_msg(fetch_instance(&instance, "metadata.json", &limits, NULL, &err) == 0, "%s",
		      err.text);
	ck_assert_msg(fetch_instance(&instance, "./link", &limits, NULL, &err) == 0, "%s",
		      err.text);
	close(root);
}
END_TEST

static const struct {
	const char *where;
	int code;
	const char *words[2];
} bad[] = {
	{"/no/such/file", -ENOENT, {"metadata", "/no/such/file"}},
	{"", -ENOENT, {"metadata", ""}},
	{"/dev", -EINVAL, {"metadata", "/dev"}},
	{"/dev/null", -EINVAL, {"metadata", "/dev/null"}},
	{"ftp://127.0.0.1/v1.json", -EINVAL, {"'ftp://127.0.0.1/v1.json'", "http"}},
	{"file:///etc/hostname", -EINVAL, {"'file:///etc/hostname'", "http"}},
};

START_TEST(what_cannot_be_fetched_is_named)
{
	ck_assert_msg(fetch_instance(&instance, bad[_i].where, &limits, NULL, &err) == bad[_i].code,
		      "%s", err.text);
	for (size_t i = 0; i < 2; i++)
		ck_assert_msg(strstr(err.text, bad[_i].words[i]), "%s", err.text);
}
END_TEST

/* What follows "http://127.0.0.1:PORT" in the URL, and what the server is asked for. */
static const struct {
	const char *path, *asked;
} urls[] = {
	{"", "GET /v1.json "},
	{"/", "GET /v1.json "},
	{"/v1.json", "GET /v1.json "},
	{"/other/document", "GET /other/document "},
};

START_TEST(a_url_without_a_path_means_the_service)
{
	static const struct http_answer answers[] = {
		{.text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" DOCUMENT}};
	struct http_server *server = http_server_start(answers, 1);
	CLEANUP(buf_clear) struct buf url = BUF_INIT;

	buf_adds(&url, http_server_url(server));
	url.len -= strlen("/v1.json");
	url.data[url.len] = '\0';
	buf_adds(&url, urls[_i].path);
	ck_assert_msg(fetch_instance(&instance, buf_str(&url), &limits, NULL, &err) == 0, "%s",
		      err.text);
	ck_assert_str_eq(mac_text(&instance.mac).s, MAC);
	ck_assert_msg(!strncmp(http_server_request(server), urls[_i].asked, strlen(urls[_i].asked)),
		      "%s", http_server_request(server));
	http_server_stop(server);
}
END_TEST

START_TEST(what_the_service_answers_is_checked)
{
	static const struct http_answer answers[] = {
		{.text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"interfaces\": []}"}};
	struct http_server *server = http_server_start(answers, 1);

	ck_assert_int_eq(fetch_instance(&instance, http_server_url(server), &limits, NULL, &err),
			 -EINVAL);
	ck_assert_ptr_eq(strstr(err.text, "metadata: interfaces: "), err.text);
	ck_assert_uint_eq(http_server_count(server), 1);
	http_server_stop(server);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("fetch");

	tcase_add_checked_fixture(tcase, setup, NULL);
	unit_add_table(tcase, what_cannot_be_fetched_is_named, bad);
	unit_add_table(tcase, a_url_without_a_path_means_the_service, urls);
	tcase_add_test(tcase, a_file_is_read);
	tcase_add_test(tcase, a_files_path_may_be_relative_or_a_link);
	tcase_add_test(tcase, what_the_service_answers_is_checked);
	return unit_finish();
}
