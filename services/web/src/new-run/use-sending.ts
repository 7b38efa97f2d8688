import { useCallback, useEffect, useRef, useState } from 'react';
import { Problem } from '../api/problem';
import { navigate } from '../router';
import { begunUploads, giveUpUpload, type BegunUpload } from './begun-uploads';
import { sendFile, videoOf, type SendProgress } from './send-file';

const ANOTHER_FILE = 'It is another file.';

/** A video on its way to the server, and those of which a part has arrived. */
export function useSending() {
  /** What is sent. */
  const [name, setName] = useState<string>();
  const [progress, setProgress] = useState<SendProgress>();
  const [problem, setProblem] = useState<Problem>();
  const [begun, setBegun] = useState<readonly BegunUpload[]>([]);
  const controller = useRef<AbortController>(null);
  /** Those that need not be chosen again. */
  const chosen = useRef<File[]>([]);

  const look = useCallback(() => {
    // Without an answer nothing can go on now.
    begunUploads().then(setBegun, () => setBegun([]));
  }, []);
  useEffect(() => {
    look();
    return () => controller.current?.abort();
  }, [look]);

  const work = async (called: string, sending: (signal: AbortSignal) => Promise<string>) => {
    controller.current?.abort();
    const { signal } = (controller.current = new AbortController());
    setName(called);
    setProblem(undefined);
    setProgress(undefined);
    try {
      const onWaiting = () => setProgress((before) => before && { ...before, isWaiting: true });
      const id = await videoOf(await sending(signal), onWaiting, signal);
      if (!signal.aborted) navigate(`/new/${id}`);
    } catch (error) {
      if (!signal.aborted) setProblem(Problem.unreachable(error));
      setName(undefined);
      look();
    }
  };

  const send = (file: File) => {
    chosen.current.push(file);
    void work(file.name, (signal) => sendFile(file, { onProgress: setProgress, signal }));
  };

  /** @param file that was chosen again; undefined: where it need not be */
  const goOn = (upload: BegunUpload, file?: File) => {
    const again = file ?? chosen.current.find((one) => isSame(one, upload));
    if (upload.arrived === upload.size) void work(upload.name, () => Promise.resolve(upload.id));
    else if (again && isSame(again, upload)) send(again);
    else if (file) setProblem(new Problem('FILE_DIFFERS', ANOTHER_FILE, `Choose ${upload.name}, as it was.`, 0));
  };
  const needsFile = (upload: BegunUpload) =>
    upload.arrived < upload.size && !chosen.current.some((one) => isSame(one, upload));

  const giveUp = (upload: BegunUpload) => {
    giveUpUpload(upload.id).then(look, (error: unknown) => setProblem(Problem.unreachable(error)));
  };

  return {
    name,
    progress,
    problem,
    begun,
    send,
    stop: () => controller.current?.abort(),
    goOn,
    needsFile,
    giveUp,
    refuse: setProblem,
  };
}

/** As far as name and size tell. */
const isSame = (file: File, { name, size }: BegunUpload): boolean => file.name === name && file.size === size;
