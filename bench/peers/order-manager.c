/*
 * An order manager that answers at once, spinning: creates the ring that its argument names, says that it is ready,
 * and removes the ring when its input ends, it is told to stop, or two minutes have passed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "percentiles.h"
#include "ring.h"

#define SPINS_PER_LOOK 4000000
#define LONGEST_SECONDS 120

static volatile sig_atomic_t is_stopped = 0;

static void stop(int signal) {
  (void)signal;
  is_stopped = 1;
}

static void answer(struct slot *slot) {
  if (slot->mode == 0) {
    strcpy(slot->answer, "success");
  } else {
    char text[1000];
    snprintf(text, sizeof text,
             "{\"id\":\"1\",\"status\":200,\"result\":{\"orderId\":9%llu,\"symbol\":\"%s\",\"status\":\"%s\","
             "\"clientOrderId\":\"%llu\",\"price\":\"%s\",\"origQty\":\"%s\",\"executedQty\":\"0\","
             "\"updateTime\":1748231160127}}",
             (unsigned long long)slot->client_order_id % 1000000, slot->symbol, slot->mode == 1 ? "NEW" : "CANCELED",
             (unsigned long long)slot->client_order_id, slot->price, slot->size);
    strcpy(slot->answer, text);
  }
  STORE(slot->answer_ns, (uint64_t)clock_ns(CLOCK_REALTIME));
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  signal(SIGALRM, stop);
  alarm(LONGEST_SECONDS);
  int fd = shm_open(arguments[1], O_CREAT | O_EXCL | O_RDWR, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(struct ring)) < 0) return 1;
  struct ring *ring = mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (ring == MAP_FAILED) return 1;
  printf("{\"ready\":true}\n");
  fflush(stdout);
  for (long spins = 0; !is_stopped; spins++) {
    int64_t from = LOAD(ring->from);
    if (from != LOAD(ring->to)) {
      STORE(ring->from, (from + 1) % SLOTS);
      answer(&ring->slots[from]);
    } else if (spins % SPINS_PER_LOOK == 0) {
      struct pollfd input = {.fd = 0, .events = POLLIN};
      if (poll(&input, 1, 0) > 0) is_stopped = 1;
    }
  }
  shm_unlink(arguments[1]);
  return 0;
}
