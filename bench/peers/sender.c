/*
 * A feed server that answers subscriptions and then sends what it is told to: as fast as it can, or paced. Messages go
 * round the pairs; each pair is sent the same datagrams in the same order, round and round.
 *
 *   sender                       prints its port
 *   load FILE                    datagrams: a 32-bit length each, then the bytes
 *   accept PAIRS                 waits for so many subscriptions and answers them with the indices 1, 2, …
 *   left                         how many messages are left until every pair has been sent the last datagram
 *   burst COUNT                  sends at full speed, one by one
 *   trains COUNT                 sends at full speed, equal ones in a row as one piece, where the kernel cuts it
 *   pace COUNT PER_SECOND        sends evenly, each at its time, spinning in between
 *   trickle COUNT PER_SECOND     sends what is due every millisecond, asleep in between
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "percentiles.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define BATCH 256
#define HEADER_BYTES 40
#define MAX_TEMPLATES 65536
#define MAX_PAIRS 1024
/* Equal datagrams that the kernel is handed as one and cuts into pieces itself. */
#define MAX_SEGMENTS 64
#define MAX_SEGMENTED_BYTES 60000

static char *templates[MAX_TEMPLATES];
static uint32_t lengths[MAX_TEMPLATES];
static long template_count = 0;
static long pair_count = 1;
static int64_t next_message = 0;
static int64_t sequence = 0;
static int64_t trades[MAX_PAIRS];
static struct sockaddr_in client;
static int fd;
static int can_segment = 1;

static int load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return -1;
  while (template_count > 0) free(templates[--template_count]);
  next_message = 0;
  uint32_t length;
  while (template_count < MAX_TEMPLATES && fread(&length, 4, 1, file) == 1) {
    char *bytes = aligned_alloc(8, (length + 7) / 8 * 8);
    if (!bytes || fread(bytes, 1, length, file) != length) break;
    templates[template_count] = bytes;
    lengths[template_count++] = length;
  }
  fclose(file);
  return template_count > 0 ? 0 : -1;
}

static int accept_clients(long count) {
  char text[256];
  char answer[300];
  for (long pair = 1; pair <= count; pair++) {
    socklen_t size = sizeof client;
    ssize_t length = recvfrom(fd, text, sizeof text - 1, 0, (struct sockaddr *)&client, &size);
    if (length <= 0) return -1;
    text[length] = 0;
    int answer_length = snprintf(answer, sizeof answer, "%ld:%s", pair, text);
    if (sendto(fd, answer, answer_length, 0, (struct sockaddr *)&client, sizeof client) < 0) return -1;
  }
  pair_count = count;
  return 0;
}

static int64_t left(void) {
  int64_t round = pair_count * template_count;
  return (round - next_message % round) % round;
}

static void stamp(int64_t *fields, int32_t type, long pair, int64_t now) {
  ((int32_t *)fields)[0] = type;
  ((int32_t *)fields)[1] = (int32_t)pair + 1;
  fields[1] = fields[2] = now / 1000000;
  fields[3] = now;
  fields[4] = type == 3 || type == -3 ? ++trades[pair] : ++sequence;
}

/* Sends `count` messages, at most a batch, with one call; equal ones in a row as one where `segment` allows it. */
static int send_batch(int count, int segment) {
  static struct mmsghdr headers[BATCH];
  static struct iovec vectors[BATCH][2];
  static int64_t stamped[BATCH][HEADER_BYTES / 8];
  static union {
    char bytes[CMSG_SPACE(sizeof(uint16_t))];
    struct cmsghdr align;
  } controls[BATCH];
  int64_t now = clock_ns(CLOCK_REALTIME);
  int packets = 0;
  uint32_t packet_length = 0;
  for (int i = 0; i < count; i++, next_message++) {
    long template = next_message / pair_count % template_count;
    char *bytes = templates[template];
    uint32_t length = lengths[template];
    stamp(stamped[i], *(int32_t *)bytes, next_message % pair_count, now);
    vectors[i][0] = (struct iovec){stamped[i], HEADER_BYTES};
    vectors[i][1] = (struct iovec){bytes + HEADER_BYTES, length - HEADER_BYTES};
    struct msghdr *last = packets > 0 ? &headers[packets - 1].msg_hdr : NULL;
    if (segment && last && packet_length == length && last->msg_iovlen < 2 * MAX_SEGMENTS &&
        (last->msg_iovlen / 2 + 1) * length <= MAX_SEGMENTED_BYTES) {
      last->msg_iovlen += 2;
      last->msg_control = controls[packets - 1].bytes;
      last->msg_controllen = sizeof controls[0].bytes;
      struct cmsghdr *control = CMSG_FIRSTHDR(last);
      control->cmsg_level = SOL_UDP;
      control->cmsg_type = UDP_SEGMENT;
      control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      *(uint16_t *)CMSG_DATA(control) = (uint16_t)length;
      continue;
    }
    packet_length = length;
    headers[packets++].msg_hdr = (struct msghdr){
        .msg_name = &client, .msg_namelen = sizeof client, .msg_iov = vectors[i], .msg_iovlen = 2};
  }
  for (int sent = 0; sent < packets;) {
    int done = sendmmsg(fd, headers + sent, packets - sent, 0);
    if (done <= 0) return -1;
    sent += done;
  }
  return 0;
}

/* Whether the kernel cuts datagrams into pieces is found out by asking it for nothing else. */
static void find_segmentation(void) {
  int size = 0;
  socklen_t length = sizeof size;
  can_segment = getsockopt(fd, SOL_UDP, UDP_SEGMENT, &size, &length) == 0;
}

static int burst(long count, int segment) {
  for (long sent = 0; sent < count; sent += BATCH) {
    if (send_batch(count - sent < BATCH ? (int)(count - sent) : BATCH, segment) < 0) return -1;
  }
  return 0;
}

static int paced(long count, double per_second, int sleeps) {
  double step_ns = 1e9 / per_second;
  int64_t start = clock_ns(CLOCK_MONOTONIC);
  for (long sent = 0; sent < count;) {
    long due = (long)((clock_ns(CLOCK_MONOTONIC) - start) / step_ns) + 1;
    if (due > count) due = count;
    long batch = due - sent > BATCH ? BATCH : due - sent;
    if (batch > 0) {
      if (send_batch((int)batch, can_segment) < 0) return -1;
      sent += batch;
    } else if (sleeps) {
      struct timespec pause = {.tv_nsec = 1000000};
      nanosleep(&pause, NULL);
    }
  }
  return 0;
}

int main(void) {
  static char line[4096];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct timeval timeout = {.tv_sec = 10};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return 1;
  getsockname(fd, (struct sockaddr *)&address, &size);
  find_segmentation();
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    char path[4000];
    long count;
    double per_second;
    int result = -1;
    int64_t start = clock_ns(CLOCK_MONOTONIC);
    if (sscanf(line, "load %3999[^\n]", path) == 1) result = load(path);
    else if (sscanf(line, "accept %ld", &count) == 1 && count <= MAX_PAIRS) result = accept_clients(count);
    else if (strcmp(line, "left\n") == 0) result = 0;
    else if (sscanf(line, "burst %ld", &count) == 1) result = burst(count, 0);
    else if (sscanf(line, "trains %ld", &count) == 1) result = burst(count, can_segment);
    else if (sscanf(line, "pace %ld %lf", &count, &per_second) == 2) result = paced(count, per_second, 0);
    else if (sscanf(line, "trickle %ld %lf", &count, &per_second) == 2) result = paced(count, per_second, 1);
    double seconds = (clock_ns(CLOCK_MONOTONIC) - start) / 1e9;
    printf("{\"ok\":%s,\"seconds\":%.6f,\"left\":%ld}\n", result == 0 ? "true" : "false", seconds,
           template_count > 0 ? (long)left() : 0L);
    fflush(stdout);
  }
  return 0;
}
