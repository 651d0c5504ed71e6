/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* An HTTP server on 127.0.0.1, in a thread, that gives the answers of a table: one a connection,
 * the last one again for all that come after. */

struct http_answer {
	const char *text; /* status line, header, body, as it goes over the wire; then it closes */
	int drip_ms;	  /* the pause before each byte of the body; 0: all at once */
	int repeat;	  /* the body this many times more */
};

struct http_server;

struct http_server *http_server_start(const struct http_answer *answers, size_t count);

/* "http://127.0.0.1:PORT/v1.json"; valid until the stop. */
const char *http_server_url(const struct http_server *server);

/* The last request as it came, and how many there were. */
const char *http_server_request(struct http_server *server);
size_t http_server_count(struct http_server *server);

void http_server_stop(struct http_server *server);

/* A URL at which nobody listens. */
const char *http_refused_url(void);
