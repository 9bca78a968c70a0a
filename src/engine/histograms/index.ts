/** Histograms of columns as MySQL keeps and shows them. */
export { type BuiltHistogram, buildHistogram, type ValueCount } from './build-histogram.ts';
export {
  type HistogramDataType,
  histogramJson,
  Histograms,
  type StoredHistogram,
  typeTextOf,
} from './histograms.ts';
