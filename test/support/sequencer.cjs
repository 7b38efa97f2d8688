const Sequencer = require('@jest/test-sequencer').default;

const ORDER = ['long', 'e2e', 'medium', 'unit'];

/** What takes long comes first, so that at the end no worker waits minutes for the other one. */
module.exports = class extends Sequencer {
  async sort(tests) {
    const place = ({ context }) => ORDER.indexOf(context.config.displayName.name);
    return (await super.sort(tests)).sort((a, b) => place(a) - place(b));
  }
};
