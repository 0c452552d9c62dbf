/* What the C peers share: the time, and percentiles. */
#ifndef QTX_BENCH_PERCENTILES_H
#define QTX_BENCH_PERCENTILES_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static inline int64_t clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* CPU time of this process, user and system, microseconds. */
static inline double cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static inline int compare_doubles(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

/* Of sorted values; 0 of none. */
static inline double percentile(const double *sorted, long count, double fraction) {
  if (count == 0) return 0;
  return sorted[(long)((count - 1) * fraction + 0.5)];
}

#endif
