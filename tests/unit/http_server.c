/* SPDX-License-Identifier: MIT */
#include "http_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

struct http_server {
	const struct http_answer *answers;
	size_t answer_count;
	int socket;
	pthread_t thread;
	char url[64];

	pthread_mutex_t lock; /* guards what follows */
	bool stopping;
	size_t count;
	char request[4096];
};

static bool is_stopping(struct http_server *server)
{
	bool stopping;

	pthread_mutex_lock(&server->lock);
	stopping = server->stopping;
	pthread_mutex_unlock(&server->lock);
	return stopping;
}

/* Reads to the empty line. */
static void take_request(struct http_server *server, int fd)
{
	char text[sizeof(server->request)];
	size_t len = 0;
	ssize_t got;

	text[0] = '\0';
	while (len < sizeof(text) - 1 && !strstr(text, "\r\n\r\n") &&
	       (got = read(fd, text + len, sizeof(text) - 1 - len)) > 0) {
		len += (size_t)got;
		text[len] = '\0';
	}
	pthread_mutex_lock(&server->lock);
	memcpy(server->request, text, len + 1);
	server->count++;
	pthread_mutex_unlock(&server->lock);
}

static bool put(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		text += sent;
		len -= (size_t)sent;
	}
	return true;
}

static void give_answer(struct http_server *server, int fd, const struct http_answer *answer)
{
	const char *body = strstr(answer->text, "\r\n\r\n");

	if (!body) {
		put(fd, answer->text, strlen(answer->text));
		return;
	}
	body += 4;
	if (!put(fd, answer->text, (size_t)(body - answer->text)))
		return;
	for (int i = 0; i <= answer->repeat; i++) {
		for (const char *c = body; answer->drip_ms && *c; c++) {
			clock_sleep_ms(answer->drip_ms);
			if (is_stopping(server) || !put(fd, c, 1))
				return;
		}
		if (!answer->drip_ms && !put(fd, body, strlen(body)))
			return;
	}
}

static void *serve(void *data)
{
	struct http_server *server = data;
	size_t next = 0;
	int fd;

	while ((fd = accept(server->socket, NULL, NULL)) >= 0) {
		take_request(server, fd);
		give_answer(server, fd, &server->answers[next]);
		next += next + 1 < server->answer_count;
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	return NULL;
}

/* A socket on a free port of 127.0.0.1. */
static int open_socket(char *url, size_t size)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	snprintf(url, size, "http://127.0.0.1:%u/v1.json", (unsigned)ntohs(addr.sin_port));
	return fd;
}

struct http_server *http_server_start(const struct http_answer *answers, size_t count)
{
	struct http_server *server = calloc(1, sizeof(*server));

	ck_assert_ptr_nonnull(server);
	server->answers = answers;
	server->answer_count = count;
	server->socket = open_socket(server->url, sizeof(server->url));
	ck_assert_int_eq(listen(server->socket, 16), 0);
	pthread_mutex_init(&server->lock, NULL);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, serve, server), 0);
	return server;
}

const char *http_server_url(const struct http_server *server)
{
	return server->url;
}

const char *http_server_request(struct http_server *server)
{
	return server->request;
}

size_t http_server_count(struct http_server *server)
{
	size_t count;

	pthread_mutex_lock(&server->lock);
	count = server->count;
	pthread_mutex_unlock(&server->lock);
	return count;
}

void http_server_stop(struct http_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->stopping = true;
	pthread_mutex_unlock(&server->lock);
	shutdown(server->socket, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->socket);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

const char *http_refused_url(void)
{
	static char url[64];

	/* Bound and never listened on: refused, and nobody else can take the port. */
	open_socket(url, sizeof(url));
	return url;
}
