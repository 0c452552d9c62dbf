/*
 * A feed server that answers one subscription and then sends what it is told to: as fast as it can, or paced.
 *
 *   sender                       prints its port
 *   load FILE                    datagrams: a 32-bit length each, then the bytes
 *   accept                       waits for a subscription and answers it with index 1
 *   burst COUNT                  sends at full speed
 *   pace COUNT PER_SECOND        sends evenly, each at its time, spinning in between
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "percentiles.h"

#define BATCH 32
#define MAX_TEMPLATES 4096

static char *templates[MAX_TEMPLATES];
static uint32_t lengths[MAX_TEMPLATES];
static int template_count = 0;
static int next_template = 0;
static int64_t sequences[7];
static struct sockaddr_in client;
static int fd;

static int load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  template_count = next_template = 0;
  uint32_t length;
  while (template_count < MAX_TEMPLATES && fread(&length, 4, 1, file) == 1) {
    char *bytes = aligned_alloc(8, (length + 7) / 8 * 8);
    if (!bytes || fread(bytes, 1, length, file) != length) break;
    templates[template_count] = bytes;
    lengths[template_count++] = length;
  }
  fclose(file);
  return template_count > BATCH ? 0 : -1;
}

static int accept_client(void) {
  char text[256];
  char answer[300];
  socklen_t size = sizeof client;
  ssize_t length = recvfrom(fd, text, sizeof text - 1, 0, (struct sockaddr *)&client, &size);
  if (length <= 0) return -1;
  text[length] = 0;
  int answer_length = snprintf(answer, sizeof answer, "1:%s", text);
  return sendto(fd, answer, answer_length, 0, (struct sockaddr *)&client, sizeof client) < 0 ? -1 : 0;
}

static void stamp(char *bytes) {
  int64_t now = clock_ns(CLOCK_REALTIME);
  int64_t *fields = (int64_t *)bytes;
  int32_t type = ((int32_t *)bytes)[0];
  ((int32_t *)bytes)[1] = 1;
  fields[1] = fields[2] = now / 1000000;
  fields[3] = now;
  fields[4] = ++sequences[type + 3];
}

/* Sends `count` datagrams, at most a batch, with one call. */
static int send_batch(int count) {
  struct mmsghdr headers[BATCH];
  struct iovec vectors[BATCH];
  memset(headers, 0, sizeof headers);
  for (int i = 0; i < count; i++) {
    char *bytes = templates[next_template];
    stamp(bytes);
    vectors[i].iov_base = bytes;
    vectors[i].iov_len = lengths[next_template];
    headers[i].msg_hdr.msg_name = &client;
    headers[i].msg_hdr.msg_namelen = sizeof client;
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    next_template = (next_template + 1) % template_count;
  }
  for (int sent = 0; sent < count;) {
    int now = sendmmsg(fd, headers + sent, count - sent, 0);
    if (now <= 0) return -1;
    sent += now;
  }
  return 0;
}

static int burst(long count) {
  for (long sent = 0; sent < count; sent += BATCH) {
    if (send_batch(count - sent < BATCH ? (int)(count - sent) : BATCH) < 0) return -1;
  }
  return 0;
}

static int pace(long count, double per_second) {
  double step_ns = 1e9 / per_second;
  int64_t start = clock_ns(CLOCK_MONOTONIC);
  for (long sent = 0; sent < count;) {
    long due = (long)((clock_ns(CLOCK_MONOTONIC) - start) / step_ns) + 1;
    if (due > count) due = count;
    long batch = due - sent > BATCH ? BATCH : due - sent;
    if (batch <= 0) continue;
    if (send_batch((int)batch) < 0) return -1;
    sent += batch;
  }
  return 0;
}

int main(void) {
  char line[4096];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct timeval timeout = {.tv_sec = 10};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return 1;
  getsockname(fd, (struct sockaddr *)&address, &size);
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    char path[4000];
    long count;
    double per_second;
    int result = -1;
    int64_t start = clock_ns(CLOCK_MONOTONIC);
    if (sscanf(line, "load %3999[^\n]", path) == 1) result = load(path);
    else if (strcmp(line, "accept\n") == 0) result = accept_client();
    else if (sscanf(line, "burst %ld", &count) == 1) result = burst(count);
    else if (sscanf(line, "pace %ld %lf", &count, &per_second) == 2) result = pace(count, per_second);
    printf("{\"ok\":%s,\"seconds\":%.6f}\n", result == 0 ? "true" : "false", (clock_ns(CLOCK_MONOTONIC) - start) / 1e9);
    fflush(stdout);
  }
  return 0;
}
