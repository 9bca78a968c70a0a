/**
 * How many AUTO_INCREMENT values an INSERT … VALUES uses up, as InnoDB counts: with the first value that is generated it reserves one for each row
 * of the statement, with later ones (an explicit value had overtaken the reserved) one for each row that is left. What is reserved and not used is
 * gone: `VALUES (20), (NULL), (NULL)` gives 21 and 22, and the next statement 24.
 */
export class ReservedIds {
  readonly #rows: number;
  /** Rows for which the last reservation still counts. */
  #rowsLeft = 0;
  #unused = 0;
  #last: number | bigint = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** Reserved, and not used by a row: to be taken when the statement ends. */
  get unused(): number {
    return this.#unused;
  }

  generated(id: number | bigint): void {
    if (this.#unused === 0) {
      if (this.#rowsLeft === 0) this.#rowsLeft = this.#rows;
      this.#unused = this.#rowsLeft;
    }
    this.#unused--;
    this.#last = id;
  }

  explicit(id: number | bigint): void {
    if (id <= this.#last) return;
    const overtaken = BigInt(id) - BigInt(this.#last);
    this.#unused = overtaken >= this.#unused ? 0 : this.#unused - Number(overtaken);
    this.#last = id;
  }

  rowDone(): void {
    if (this.#rowsLeft > 0) this.#rowsLeft--;
  }
}
