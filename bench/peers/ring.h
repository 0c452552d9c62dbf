/* The order ring in shared memory. */
#ifndef QTX_BENCH_RING_H
#define QTX_BENCH_RING_H

#include <stdint.h>

#define SLOTS 100

struct slot {
  int64_t mode;
  int64_t side;
  int64_t position_side;
  uint64_t client_order_id;
  uint64_t order_type;
  uint64_t price_match;
  uint64_t place_ns;
  uint64_t answer_ns;
  char size[32];
  char price[32];
  char api_key[100];
  char api_secret[100];
  char symbol[100];
  char answer[10000];
  char padding[4];
};

struct ring {
  int64_t from;
  int64_t to;
  struct slot slots[SLOTS];
};

_Static_assert(sizeof(struct ring) == 1043216, "the ring's size");

#define LOAD(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define STORE(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

#endif
