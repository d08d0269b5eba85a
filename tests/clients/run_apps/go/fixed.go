// The same app without its bugs: it asks again what may pass, and waits before.
package main

import (
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const url = "https://api.cerebras.ai/v1/chat/completions"

func send() (*http.Response, error) {
	body := `{"model": "gpt-oss-120b", "messages": [{"role": "user", "content": "Why is the sky blue?"}]}`
	request, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("CEREBRAS_API_KEY"))
	request.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(request)
}

func passes(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

func main() {
	rand.Seed(time.Now().UnixNano())
	for attempt := 1; attempt <= 4; attempt++ {
		told := 0
		response, err := send()
		if err == nil {
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				fmt.Println(string(body))
				return
			}
			if !passes(response.StatusCode) {
				fmt.Fprintln(os.Stderr, "the API refuses:", response.Status)
				os.Exit(1)
			}
			told, _ = strconv.Atoi(response.Header.Get("Retry-After"))
		}
		longest := 500 * time.Millisecond << attempt
		random := longest/2 + time.Duration(rand.Int63n(int64(longest/2)))
		time.Sleep(time.Duration(told)*time.Second + random)
	}
	fmt.Fprintln(os.Stderr, "the API gives no answer")
	os.Exit(1)
}
