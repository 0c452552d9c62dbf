/*
 * An order client that spins for each answer: `order-client NAME WARM_UP COUNT` places so many orders, one after the
 * other, and prints the round trips' percentiles, microseconds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "percentiles.h"
#include "ring.h"

static uint64_t next_id = 8392847102938471;
static volatile long long sink;

static void place(struct ring *ring, int64_t *to) {
  struct slot *slot = &ring->slots[*to];
  slot->mode = 1;
  slot->side = 1;
  slot->position_side = 0;
  slot->client_order_id = next_id++;
  slot->order_type = 2;
  slot->price_match = 0;
  slot->place_ns = (uint64_t)clock_ns(CLOCK_REALTIME);
  slot->answer_ns = 0;
  strcpy(slot->size, "0.010");
  strcpy(slot->price, "61800.10");
  strcpy(slot->symbol, "BTCUSDT");
  *to = (*to + 1) % SLOTS;
  STORE(ring->to, *to);
  while (LOAD(slot->answer_ns) == 0) {
  }
  const char *id = strstr(slot->answer, "\"orderId\":");
  if (id && strstr(slot->answer, "\"status\":200")) sink = atoll(id + 10);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  long warm_up = atol(arguments[2]);
  long measured = atol(arguments[3]);
  int fd = shm_open(arguments[1], O_RDWR, 0);
  if (fd < 0) return 1;
  struct ring *ring = mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  double *us = malloc(measured * sizeof *us);
  if (ring == MAP_FAILED || !us) return 1;
  int64_t to = LOAD(ring->to);
  for (long i = 0; i < warm_up; i++) place(ring, &to);
  for (long i = 0; i < measured; i++) {
    int64_t start = clock_ns(CLOCK_MONOTONIC);
    place(ring, &to);
    us[i] = (clock_ns(CLOCK_MONOTONIC) - start) / 1e3;
  }
  qsort(us, measured, sizeof *us, compare_doubles);
  printf("{\"p50\":%.3f,\"p99\":%.3f}\n", percentile(us, measured, 0.5), percentile(us, measured, 0.99));
  return 0;
}
