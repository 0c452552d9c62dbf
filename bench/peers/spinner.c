/*
 * Does nothing but read the clock for as long as it is told to: whatever it misses, the machine took. Prints how often
 * it missed more than a millisecond, and the longest, milliseconds.
 *
 *   spinner SECONDS
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "percentiles.h"

int main(int count, char **arguments) {
  if (count != 2) return 2;
  int64_t last = clock_ns(CLOCK_MONOTONIC);
  int64_t end = last + (int64_t)(atof(arguments[1]) * 1e9);
  int64_t longest = 0;
  long over = 0;
  while (last < end) {
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    int64_t missed = now - last;
    if (missed > 1000000) over++;
    if (missed > longest) longest = missed;
    last = now;
  }
  printf("{\"over1Ms\":%ld,\"longestMs\":%.3f}\n", over, longest / 1e6);
  return 0;
}
