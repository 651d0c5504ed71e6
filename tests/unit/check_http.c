/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "http_server.h"
#include "metadata/http.h"

#define OK(body) "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" body
#define STATUS(status) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\nerror"
#define REDIRECT(status) "HTTP/1.1 " status "\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
#define CUT "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{}"
#define INTERIM "HTTP/1.1 100 Continue\r\n\r\n"
#define FIELD "X: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
#define FIELDS FIELD FIELD FIELD FIELD FIELD FIELD FIELD FIELD FIELD FIELD
#define TRAILERS FIELDS FIELDS FIELDS FIELDS FIELDS FIELDS FIELDS FIELDS FIELDS FIELDS
#define LARGE "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"

/* Generous: only what the server does may end a try. */
static const struct http_limits wide = {
	.connect_ms = 3000, .request_ms = 3000, .deadline_ms = 3500, .body_bytes = 1000};
/* For tries that have to be given up. */
static const struct http_limits narrow = {
	.connect_ms = 300, .request_ms = 300, .deadline_ms = 400, .body_bytes = 1000};

static void count_retry(const char *why, void *data)
{
	size_t *count = data;

	ck_assert_msg(*why, "a reason is expected");
	(*count)++;
}

static const struct {
	const char *name;
	int code;
	const char *expected; /* the body, or a part of the error */
	size_t requests;      /* 0: until the deadline, so one or more */
	const char *answers[4];
	int drip_ms, repeat; /* of each answer */
} rows[] = {
	{"a body", 0, "{}", 1, .answers = {OK("{}")}},
	{"an empty body", 0, "", 1, .answers = {OK("")}},
	{"a length", 0, "{}", 1, .answers = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"}},
	{"chunks", 0, "{}", 1, .answers = {CHUNKED "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"}},
	{"HTTP/1.0", 0, "{}", 1, .answers = {"HTTP/1.0 200 OK\r\n\r\n{}"}},
	/* once and never again */
	{"not found", -EPROTO, "404", 1, .answers = {STATUS("404 Not Found")}},
	{"not allowed", -EPROTO, "405", 1, .answers = {STATUS("405 Method Not Allowed")}},
	{"forbidden", -EPROTO, "403", 1, .answers = {STATUS("403 Forbidden")}},
	{"no content", -EPROTO, "204", 1, .answers = {"HTTP/1.1 204 No Content\r\n\r\n"}},
	{"a redirect", -EPROTO, "302", 1, .answers = {REDIRECT("302 Found"), OK("redirected")}},
	{"moved for good", -EPROTO, "308", 1, .answers = {REDIRECT("308 Moved"), OK("redirected")}},
	/* again */
	{"500, 200", 0, "{}", 2, .answers = {STATUS("500 Oops"), OK("{}")}},
	{"503, 200", 0, "{}", 2, .answers = {STATUS("503 Later"), OK("{}")}},
	{"429, 200", 0, "{}", 2, .answers = {STATUS("429 Easy"), OK("{}")}},
	{"three, 200", 0, "{}", 4,
	 .answers = {STATUS("500 A"), STATUS("503 B"), STATUS("429 C"), OK("{}")}},
	{"500, 404", -EPROTO, "404", 2, .answers = {STATUS("500 Oops"), STATUS("404 Gone")}},
	{"closed at once, 200", 0, "{}", 2, .answers = {"", OK("{}")}},
	{"no HTTP, 200", 0, "{}", 2, .answers = {"SSH-2.0-x\r\n", OK("{}")}},
	{"cut short, 200", 0, "{}", 2, .answers = {CUT, OK("{}")}},
	/* until the deadline */
	{"500 for ever", -EPROTO, "500", 0, .answers = {STATUS("500 Oops")}},
	{"429 for ever", -EPROTO, "429", 0, .answers = {STATUS("429 Easy")}},
	{"cut short for ever", -EIO, "gave up", 0, .answers = {CUT}},
	{"closed for ever", -EIO, "gave up", 0, .answers = {""}},
	{"a byte now and then", -ETIMEDOUT, "gave up", 0, .answers = {OK("01234567")},
	 .drip_ms = 200},
	/* the size */
	{"as large as may be", 0, NULL, 1, .answers = {OK("0123456789")}, .repeat = 99},
	{"a byte too large", -EFBIG, "1000 bytes", 1, .answers = {OK("1234567")}, .repeat = 142},
	{"no end", -EFBIG, "1000 bytes", 1, .answers = {OK("0123456789")}, .repeat = 1000000},
	{"too large and said so", -EFBIG, "1000 bytes", 1, .answers = {LARGE "0123456"},
	 .repeat = 142},
	{"some interim answers", 0, "{}", 1, .answers = {INTERIM INTERIM INTERIM OK("{}")}},
	{"no end of interim answers", -EFBIG, "header is larger", 1, .answers = {INTERIM INTERIM},
	 .repeat = 1000000},
	{"some trailers", 0, "{}", 1, .answers = {CHUNKED "2\r\n{}\r\n0\r\n" FIELDS "\r\n"}},
	{"too many trailers", -EFBIG, "header is larger", 1,
	 .answers = {CHUNKED "2\r\n{}\r\n0\r\n" TRAILERS TRAILERS TRAILERS TRAILERS TRAILERS
			     TRAILERS TRAILERS TRAILERS TRAILERS}},
	{"an error too large", -EFBIG, "1000 bytes", 1, .answers = {STATUS("404 Not Found")},
	 .repeat = 1000},
};

START_TEST(answers_have_their_results)
{
	struct http_answer answers[4];
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	struct http_server *server;
	size_t count = 0, retries = 0;
	struct http_hooks hooks = {.on_retry = count_retry, .data = &retries};
	int r;

	for (; count < 4 && rows[_i].answers[count]; count++)
		answers[count] = (struct http_answer){.text = rows[_i].answers[count],
						      .drip_ms = rows[_i].drip_ms,
						      .repeat = rows[_i].repeat};
	server = http_server_start(answers, count);
	r = http_get(http_server_url(server), rows[_i].requests ? &wide : &narrow, &out, &hooks,
		     &err);
	ck_assert_msg(r == rows[_i].code, "%s: %d, not %d: %s", rows[_i].name, r, rows[_i].code,
		      err.text);
	if (r == 0 && rows[_i].expected)
		ck_assert_msg(!strcmp(buf_str(&out), rows[_i].expected), "%s: body '%s'",
			      rows[_i].name, buf_str(&out));
	else if (r == 0)
		ck_assert_uint_eq(out.len, (size_t)wide.body_bytes);
	else
		ck_assert_msg(strstr(err.text, rows[_i].expected) &&
				      strstr(err.text, http_server_url(server)),
			      "%s: %s", rows[_i].name, err.text);
	if (r != 0)
		ck_assert_uint_eq(out.len, 0);
	else
		ck_assert_int_eq(err.code, 0);
	if (rows[_i].requests) {
		ck_assert_msg(http_server_count(server) == rows[_i].requests, "%s: %zu requests",
			      rows[_i].name, http_server_count(server));
		ck_assert_uint_eq(retries, rows[_i].requests - 1);
	}
	http_server_stop(server);
}
END_TEST

START_TEST(a_refused_connection_is_tried_until_the_deadline)
{
	const char *url = http_refused_url();
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t retries = 0;
	struct http_hooks hooks = {.on_retry = count_retry, .data = &retries};

	ck_assert_int_lt(http_get(url, &narrow, &out, &hooks, &err), 0);
	ck_assert_uint_gt(retries, 0);
	ck_assert_msg(strstr(err.text, url) && strstr(err.text, "gave up"), "%s", err.text);
}
END_TEST

static void count_wait(void *data)
{
	++*(size_t *)data;
}

START_TEST(the_caller_is_served_while_it_waits)
{
	struct http_answer answer = {.text = OK("x")};
	struct http_server *server = http_server_start(&answer, 1);
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	size_t waits = 0;
	struct http_hooks hooks = {.on_wait = count_wait, .data = &waits};

	ck_assert_int_eq(http_get(http_server_url(server), &wide, &out, &hooks, NULL), 0);
	ck_assert_uint_gt(waits, 0);
	http_server_stop(server);
}
END_TEST

/* With no time left at all a try has to end too. */
START_TEST(a_deadline_of_nothing_is_one)
{
	static const struct http_answer slow[] = {
		{.text = OK("0123456789012345678901234567890123456789"), .drip_ms = 250}};
	const struct http_limits none = {
		.connect_ms = 1000, .request_ms = 1000, .deadline_ms = 0, .body_bytes = 1000};
	struct http_server *server = http_server_start(slow, 1);
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	ck_assert_int_lt(http_get(http_server_url(server), &none, &out, NULL, NULL), 0);
	http_server_stop(server);
}
END_TEST

START_TEST(a_proxy_of_the_environment_is_passed_by)
{
	static const struct http_answer answers[] = {{.text = OK("{}")}};
	static const char *const names[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
	struct http_server *server = http_server_start(answers, 1);
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;

	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		setenv(names[i], http_refused_url(), 1);
	ck_assert_msg(http_get(http_server_url(server), &narrow, &out, NULL, &err) == 0, "%s",
		      err.text);
	http_server_stop(server);
}
END_TEST

START_TEST(the_request_is_a_plain_get)
{
	static const struct http_answer answers[] = {{.text = OK("{}")}};
	struct http_server *server = http_server_start(answers, 1);
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	const char *request;

	ck_assert_int_eq(http_get(http_server_url(server), &wide, &out, NULL, NULL), 0);
	request = http_server_request(server);
	ck_assert_ptr_eq(strstr(request, "GET /v1.json HTTP/1.1\r\n"), request);
	ck_assert_ptr_nonnull(strstr(request, "User-Agent: sixrelay/"));
	/* With it the answer would carry the root password's hash. */
	ck_assert_ptr_null(strcasestr(request, "Metadata-Token"));
	ck_assert_ptr_null(strcasestr(request, "Accept-Encoding"));
	http_server_stop(server);
}
END_TEST

static const char *const unusable[] = {
	"file:///etc/passwd", "ftp://127.0.0.1/",	 "gopher://127.0.0.1/", "http://",
	"http://[::1/",	      "http://127.0.0.1:99999/",
};

START_TEST(a_url_that_cannot_be_asked_is_refused_at_once)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	size_t retries = 0;
	struct http_hooks hooks = {.on_retry = count_retry, .data = &retries};

	ck_assert_int_eq(http_get(unusable[_i], &narrow, &out, &hooks, &err), -EINVAL);
	ck_assert_uint_eq(retries, 0);
	ck_assert_ptr_nonnull(strstr(err.text, unusable[_i]));
}
END_TEST

static void take_date(int64_t date, void *data)
{
	*(int64_t *)data = date;
}

static const struct {
	const char *answer;
	int64_t date; /* 0: none is told */
} dates[] = {
	{"HTTP/1.0 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n{}", 784111777},
	{"HTTP/1.0 200 OK\r\ndate: Mon, 23 Nov 2026 00:00:00 GMT\r\n\r\n{}", 1795392000},
	{"HTTP/1.0 200 OK\r\nDate: today\r\n\r\n{}", 0},
	{"HTTP/1.0 200 OK\r\nDate:\r\n\r\n{}", 0},
	{"HTTP/1.0 200 OK\r\n\r\n{}", 0},
};

START_TEST(the_answers_date_is_told)
{
	const struct http_answer answer = {.text = dates[_i].answer};
	struct http_server *server = http_server_start(&answer, 1);
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	int64_t date = 0;
	struct http_hooks hooks = {.on_date = take_date, .data = &date};

	ck_assert_int_eq(http_get(http_server_url(server), &wide, &out, &hooks, &err), 0);
	ck_assert_int_eq(date, dates[_i].date);
	http_server_stop(server);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("http");

	unit_add_table(tcase, answers_have_their_results, rows);
	unit_add_table(tcase, the_answers_date_is_told, dates);
	unit_add_table(tcase, a_url_that_cannot_be_asked_is_refused_at_once, unusable);
	tcase_add_test(tcase, a_refused_connection_is_tried_until_the_deadline);
	tcase_add_test(tcase, the_caller_is_served_while_it_waits);
	tcase_add_test(tcase, a_deadline_of_nothing_is_one);
	tcase_add_test(tcase, a_proxy_of_the_environment_is_passed_by);
	tcase_add_test(tcase, the_request_is_a_plain_get);
	return unit_finish();
}
