/* SPDX-License-Identifier: MIT */
#include "metadata/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "metadata/backoff.h"

/* Of one answer, interim ones and trailers included. libcurl sets bounds to a header's fields, and
 * none to trailers, which it keeps all. */
#define HEADER_BYTES_MAX (64 * 1024)

struct body {
	struct buf *out;
	size_t max;
	bool too_large;
	size_t header_bytes;
};

static size_t header_count(char *data, size_t size, size_t count, void *pointer)
{
	struct body *body = pointer;

	(void)data;
	body->header_bytes += size * count;
	return body->header_bytes > HEADER_BYTES_MAX ? 0 : size * count;
}

static size_t body_write(char *data, size_t size, size_t count, void *pointer)
{
	struct body *body = pointer;

	if (body->out->len + size * count > body->max) {
		body->too_large = true;
		return 0;
	}
	buf_add(body->out, data, size * count);
	return body->out->error ? 0 : size * count;
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct http_hooks *hooks = data;

	(void)a, (void)b, (void)c, (void)d;
	hooks->on_wait(hooks->data);
	return 0;
}

static void http_setup(CURL *curl, const char *url, const struct http_limits *limits, long left_ms,
		       struct body *body, const struct http_hooks *hooks)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
			 limits->connect_ms < left_ms ? limits->connect_ms : left_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
			 limits->request_ms < left_ms ? limits->request_ms : left_ms);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "sixrelay/" PACKAGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_write);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header_count);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, body);
	if (hooks && hooks->on_wait) {
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)hooks);
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	}
}

static void tell_date(CURL *curl, const struct http_hooks *hooks)
{
	struct curl_header *header;
	time_t date;

	if (!hooks || !hooks->on_date ||
	    curl_easy_header(curl, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return;
	date = curl_getdate(header->value, NULL);
	if (date > 0)
		hooks->on_date((int64_t)date, hooks->data);
}

/* One try. *again tells whether another one may help. */
static int http_try(const char *url, const struct http_limits *limits, long left_ms,
		    struct buf *out, const struct http_hooks *hooks, bool *again, struct error *err)
{
	struct body body = {.out = out, .max = (size_t)limits->body_bytes};
	CURL *curl = curl_easy_init();
	CURLcode code;
	long status = 0;

	*again = false;
	if (!curl)
		return error_errno(err, -ENOMEM, "%s", url);
	http_setup(curl, url, limits, left_ms, &body, hooks);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK)
		tell_date(curl, hooks);
	curl_easy_cleanup(curl);
	if (body.too_large)
		return error_set(err, -EFBIG, _("%s: the answer is larger than %ld bytes"), url,
				 limits->body_bytes);
	if (body.header_bytes > HEADER_BYTES_MAX)
		return error_set(err, -EFBIG, _("%s: the answer's header is larger than %d bytes"),
				 url, HEADER_BYTES_MAX);
	if (code == CURLE_URL_MALFORMAT)
		return error_set(err, -EINVAL, "%s: %s", url, curl_easy_strerror(code));
	if (code != CURLE_OK) {
		*again = true;
		return error_set(err, code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EIO,
				 "%s: %s", url, curl_easy_strerror(code));
	}
	if (status == 200)
		return 0;
	*again = status == 429 || status >= 500;
	return error_set(err, -EPROTO, _("%s: HTTP status %ld (200 is expected)"), url, status);
}

int http_get(const char *url, const struct http_limits *limits, struct buf *out,
	     const struct http_hooks *hooks, struct error *err)
{
	long deadline = clock_now_ms() + limits->deadline_ms;
	bool again;

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return error_set(err, -EINVAL, _("%s: http or https is expected"), url);
	for (unsigned attempt = 1;; attempt++) {
		long left_ms = deadline - clock_now_ms();
		int pause = backoff_ms(attempt), r;

		/* To libcurl, 0 is no limit at all. */
		if (left_ms <= 0)
			return error_set(err, -ETIMEDOUT, _("%s: no answer within %ld s"), url,
					 limits->deadline_ms / 1000);
		buf_clear(out);
		r = http_try(url, limits, left_ms, out, hooks, &again, err);
		if (r == 0) {
			/* What the tries before it met is no error any more. */
			if (err)
				*err = ERROR_INIT;
			return 0;
		}
		buf_clear(out);
		if (!again)
			return r;
		if (clock_now_ms() + pause >= deadline)
			return error_wrap(err, r, _("gave up after %ld s"),
					  limits->deadline_ms / 1000);
		if (hooks && hooks->on_retry)
			hooks->on_retry(err ? err->text : "", hooks->data);
		clock_sleep_ms(pause);
	}
}
