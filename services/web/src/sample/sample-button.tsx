import { useState } from 'react';
import { navigate } from '../router';
import { Button } from '../ui/button';
import { percent } from '../ui/format';
import { sayProblem } from '../ui/toasts';

/** To a run without a video of one's own: a rendered clip whose objects are painted already. */
export function SampleButton() {
  const [share, setShare] = useState<number>();
  const begin = async () => {
    setShare(0);
    try {
      const { sendSample } = await import('./send-sample');
      navigate(`/new/${await sendSample(setShare)}`);
    } catch (error) {
      sayProblem(error);
      setShare(undefined);
    }
  };
  return (
    <Button onPress={() => void begin()} isDisabled={share !== undefined}>
      {share === undefined ? 'Try the sample clip' : `Rendering the sample clip: ${percent(share)}`}
    </Button>
  );
}
