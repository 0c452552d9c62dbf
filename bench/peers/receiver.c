/*
 * Subscribes, then reads what it is told to, decoding every datagram: by one `recvfrom` each, which sleeps or spins,
 * or by `recvmmsg`, or by `recvmmsg` of several datagrams in one piece.
 *
 *   receiver recvfrom|spin|recvmmsg|gro PORT PAIRS   prints the size of its receive buffer
 *   drain COUNT QUIET_MS TIMED                       reads until COUNT were read or nothing has come for so long
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "percentiles.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define BATCH 64
#define SLOT 65536
/* Datagrams that one place may hold. */
#define MAX_TRAIN 64

struct header {
  int32_t type;
  int32_t index;
  int64_t tx_ms;
  int64_t event_ms;
  int64_t local_ns;
  int64_t sequence;
};

struct level {
  double price;
  double size;
};

struct depth {
  struct header header;
  uint64_t ask_count;
  uint64_t bid_count;
  struct level levels[];
};

static volatile double sink;
static char *memory;
static double *latencies_us;
static long received;
static int is_timed;
static int64_t last_sent_ns;

static void decode(const char *bytes, long length) {
  const struct header *header = (const struct header *)bytes;
  double sum = (double)header->sequence + (double)header->event_ms;
  if (header->type == 2) {
    const struct depth *depth = (const struct depth *)bytes;
    uint64_t count = depth->ask_count + depth->bid_count;
    if (length != (long)(sizeof *depth + count * sizeof(struct level))) return;
    for (uint64_t i = 0; i < count; i++) sum += depth->levels[i].price + depth->levels[i].size;
  } else {
    const double *values = (const double *)(bytes + sizeof *header);
    sum += values[0] + values[1];
  }
  sink = sum;
  last_sent_ns = header->local_ns;
  if (is_timed) latencies_us[received] = (clock_ns(CLOCK_REALTIME) - header->local_ns) / 1e3;
  received++;
}

/* Datagrams of one size may stand behind one another in `bytes`. */
static void decode_all(struct msghdr *message, long length) {
  const char *bytes = message->msg_iov->iov_base;
  long segment = length;
  struct cmsghdr *control = CMSG_FIRSTHDR(message);
  if (control && control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) segment = *(int *)CMSG_DATA(control);
  for (long at = 0; at < length; at += segment) decode(bytes + at, length - at < segment ? length - at : segment);
}

int main(int count_of_arguments, char **arguments) {
  if (count_of_arguments != 4) return 2;
  int has_gro = strcmp(arguments[1], "gro") == 0;
  int is_batched = has_gro || strcmp(arguments[1], "recvmmsg") == 0;
  int flags = strcmp(arguments[1], "spin") == 0 ? MSG_DONTWAIT : 0;
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  server.sin_port = htons(atoi(arguments[2]));
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int size = 16 << 20;
  socklen_t option_length = sizeof size;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &option_length);
  struct timeval timeout = {.tv_sec = 10};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);

  memory = aligned_alloc(4096, BATCH * SLOT);
  static struct mmsghdr headers[BATCH];
  static struct iovec vectors[BATCH];
  static struct sockaddr_in senders[BATCH];
  static union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } controls[BATCH];
  for (int i = 0; i < BATCH; i++) {
    vectors[i].iov_base = memory + (long)i * SLOT;
    vectors[i].iov_len = SLOT;
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_name = &senders[i];
    headers[i].msg_hdr.msg_namelen = sizeof senders[i];
    if (has_gro) headers[i].msg_hdr.msg_control = controls[i].bytes;
  }
  if (has_gro && setsockopt(fd, SOL_UDP, UDP_GRO, &(int){1}, sizeof(int)) < 0) return 1;

  for (int pair = 0; pair < atoi(arguments[3]); pair++) {
    char symbol[64];
    int length = snprintf(symbol, sizeof symbol, "binance-futures:p%03dusdt", pair);
    sendto(fd, symbol, length, 0, (struct sockaddr *)&server, sizeof server);
    if (recv(fd, memory, SLOT, 0) <= 0) return 1;
  }
  timeout = (struct timeval){.tv_usec = 50000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  printf("{\"bufferBytes\":%d}\n", size);
  fflush(stdout);

  char line[256];
  while (fgets(line, sizeof line, stdin)) {
    long wanted;
    long quiet_ms;
    if (sscanf(line, "drain %ld %ld %d", &wanted, &quiet_ms, &is_timed) != 3) return 2;
    received = 0;
    free(latencies_us);
    latencies_us = malloc((wanted + BATCH * MAX_TRAIN) * sizeof *latencies_us);
    long known = -1;
    int64_t end = 0;
    double start_us = cpu_us();
    while (received < wanted) {
      int count;
      if (is_batched) {
        for (int i = 0; has_gro && i < BATCH; i++) headers[i].msg_hdr.msg_controllen = sizeof controls[i].bytes;
        count = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < count; i++) {
          if (has_gro) decode_all(&headers[i].msg_hdr, headers[i].msg_len);
          else decode(vectors[i].iov_base, headers[i].msg_len);
        }
      } else {
        socklen_t sender_length = sizeof senders[0];
        count = (int)recvfrom(fd, memory, SLOT, flags, (struct sockaddr *)&senders[0], &sender_length);
        if (count > 0) decode(memory, count);
      }
      if (count > 0) continue;
      int64_t now = clock_ns(CLOCK_MONOTONIC);
      if (received == known && now > end) break;
      if (received != known) end = now + quiet_ms * 1000000;
      known = received;
    }
    double used_us = cpu_us() - start_us;
    double lag_ms = (clock_ns(CLOCK_REALTIME) - last_sent_ns) / 1e6;
    if (is_timed) qsort(latencies_us, received, sizeof *latencies_us, compare_doubles);
    long timed = is_timed ? received : 0;
    printf("{\"received\":%ld,\"cpuUs\":%.1f,\"lagMs\":%.3f,\"p50\":%.2f,\"p90\":%.2f,\"p99\":%.2f}\n", received,
           used_us, lag_ms, percentile(latencies_us, timed, 0.5), percentile(latencies_us, timed, 0.9),
           percentile(latencies_us, timed, 0.99));
    fflush(stdout);
  }
  return 0;
}
